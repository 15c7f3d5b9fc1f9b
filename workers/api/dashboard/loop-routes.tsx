import { type Context, Hono } from "hono";
import { z } from "zod";
import type { AppEnv } from "../bindings.ts";
import { loopOf } from "../path-ids.ts";
import { HttpProblem, unwrap } from "../problem.ts";
import { parseInput } from "../request-body.ts";
import { diffDisposition } from "../routes/loops.ts";
import { EscalatePage } from "./escalate-page.tsx";
import { frameOf, orNull, sendPage } from "./frame-of.ts";
import type { NoticeText } from "./layout.tsx";
import { loopPath } from "./links.ts";
import { LoopPage } from "./loop-page.tsx";
import { readNotice } from "./notice.ts";
import type { createProviderLabel } from "./provider-label.ts";
import { PullPage } from "./pull-page.tsx";
import { EventPage, LogPage, TimelinePage } from "./record-pages.tsx";
import { StopPage } from "./stop-page.tsx";

/** Events on the loop's own page: what happened just now. */
const newestEvents = 12;
const eventsPerPage = 50;

const TimelineQuery = z.object({
  before: z.coerce.number().int().positive().optional(),
  verify: z.literal("1").optional(),
});

type ProviderLabel = ReturnType<typeof createProviderLabel>;

export function loopPageRoutes(providerLabel: ProviderLabel) {
  const routes = new Hono<AppEnv>();
  routes.get("/:loop", (c) => sendLoopPage(c, providerLabel, readNotice(c), 200));
  routes.get("/:loop/pull", async (c) => {
    const loop = loopOf(c);
    const [frame, view, diff, provider] = await Promise.all([
      frameOf(c),
      viewOf(c),
      c.env.ORCHESTRATOR.loopDiff(loop).then(unwrap),
      providerLabel(c.env.ORCHESTRATOR),
    ]);
    const shown = { view, diff, label: provider?.label ?? null, notice: readNotice(c) };
    return sendPage(c, <PullPage frame={frame} {...shown} file={c.req.query("file") ?? ""} />);
  });
  routes.get("/:loop/stop", async (c) =>
    sendPage(c, <StopPage frame={await frameOf(c)} view={await viewOf(c)} />),
  );
  routes.get("/:loop/escalate", async (c) =>
    sendPage(c, <EscalatePage frame={await frameOf(c)} view={await viewOf(c)} />),
  );
  recordRoutes(routes);
  return routes;
}

/** Timeline, single events, and the raw texts. */
function recordRoutes(routes: Hono<AppEnv>): void {
  routes.get("/:loop/events", async (c) => {
    const { before, verify } = parseInput(TimelineQuery, c.req.query());
    const [frame, view] = await Promise.all([frameOf(c), viewOf(c)]);
    const end = Math.min(before ?? view.seq + 1, view.seq + 1);
    const events = await eventsBefore(c, end, eventsPerPage);
    const chain = verify ? unwrap(await c.env.ORCHESTRATOR.verifyChain(view.id)) : null;
    const older = end - eventsPerPage > 1 ? end - eventsPerPage : null;
    const newer = end <= view.seq ? end + eventsPerPage : null;
    return sendPage(c, <TimelinePage frame={frame} {...{ view, events, older, newer, chain }} />);
  });
  routes.get("/:loop/events/:seq{[0-9]+}", async (c) => {
    const seq = Number(c.req.param("seq"));
    const [frame, view] = await Promise.all([frameOf(c), viewOf(c)]);
    const event = (await eventsBefore(c, seq + 1, 1)).find((found) => found.seq === seq);
    if (event === undefined)
      throw new HttpProblem(404, "no-event", `This loop has no event ${seq}.`, `Its newest is ${view.seq}.`);
    return sendPage(c, <EventPage frame={frame} view={view} event={event} />);
  });
  routes.get("/:loop/log", async (c) => {
    const job = c.req.query("job") ?? null;
    const [frame, view, log] = await Promise.all([frameOf(c), viewOf(c), logOf(c, job)]);
    const raw = loopPath(view.id, job === null ? "log.txt" : `log.txt?job=${encodeURIComponent(job)}`);
    return sendPage(c, <LogPage frame={frame} view={view} log={log} raw={raw} />);
  });
  routes.get("/:loop/log.txt", async (c) => c.text(await logOf(c, c.req.query("job") ?? null)));
  routes.get("/:loop/diff.patch", async (c) => {
    const diff = unwrap(await c.env.ORCHESTRATOR.loopDiff(loopOf(c)));
    return c.text(diff, 200, { "content-disposition": diffDisposition });
  });
}

/**
 * The loop's page, also as the answer to a form that was refused: then with that status and the reason on
 * top.
 */
export async function sendLoopPage(
  c: Context<AppEnv>,
  providerLabel: ProviderLabel,
  notice: NoticeText | null,
  status: 200 | HttpProblem["status"],
) {
  const [frame, view, provider] = await Promise.all([
    frameOf(c),
    viewOf(c),
    providerLabel(c.env.ORCHESTRATOR),
  ]);
  const events = await orNull(eventsBefore(c, view.seq + 1, newestEvents));
  const label = provider?.label ?? null;
  return sendPage(c, <LoopPage frame={frame} {...{ view, events, label, notice }} />, status);
}

async function viewOf(c: Context<AppEnv>) {
  return unwrap(await c.env.ORCHESTRATOR.loopView(loopOf(c)));
}

async function logOf(c: Context<AppEnv>, job: string | null) {
  return unwrap(await c.env.ORCHESTRATOR.loopLog(loopOf(c), job));
}

/** The `limit` events before sequence number `end`, newest first. */
async function eventsBefore(c: Context<AppEnv>, end: number, limit: number) {
  const after = Math.max(0, end - 1 - limit);
  const wanted = end - 1 - after;
  if (wanted <= 0) return [];
  const page = unwrap(await c.env.ORCHESTRATOR.loopEvents(loopOf(c), after, wanted));
  return page.events.filter((event) => event.seq < end).toReversed();
}
