import { StartLoop } from "@tamma/core/protocol/rest.ts";
import { Hono } from "hono";
import { z } from "zod";
import type { AppEnv } from "../bindings.ts";
import { apiCaller } from "../caller.ts";
import { loopOf } from "../path-ids.ts";
import { unwrap } from "../problem.ts";
import { parseInput, readJson } from "../request-body.ts";

/** An event may carry 64 KB; a page of them still has to fit one answer. */
const eventsPerPageMax = 500;

const ListQuery = z.object({
  state: z.enum(["active", "all"]).default("active"),
  repository: z.string().optional(),
});
const EventQuery = z.object({
  after: z.coerce.number().int().nonnegative().default(0),
  limit: z.coerce.number().int().positive().max(eventsPerPageMax).default(100),
});
const StateQuery = z.object({ at: z.coerce.number().int().positive() });
const RerunQuery = z.object({ from: z.coerce.number().int().positive().default(1) });
const LogsQuery = z.object({ after: z.string().max(40).default(""), job: z.string().min(1).optional() });
const LogQuery = z.object({ job: z.string().min(1).optional() });

/** A browser saves a diff under our name for it; no name in it, and nothing in it, becomes a page. */
export const diffDisposition = 'attachment; filename="change.diff"';

/** Reading loops, and starting one. What people decide is in loop-commands.ts. */
export function loopRoutes() {
  const routes = new Hono<AppEnv>();
  routes.get("/", async (c) => {
    const { state, repository } = parseInput(ListQuery, c.req.query());
    return c.json(await c.env.ORCHESTRATOR.listLoops({ state, repository: repository ?? null }));
  });
  routes.post("/", async (c) => {
    const input = await readJson(c, StartLoop);
    const started = unwrap(await c.env.ORCHESTRATOR.startLoop(apiCaller(c), input));
    return c.json(started, started.already ? 200 : 201);
  });
  routes.get("/:loop", async (c) => c.json(unwrap(await c.env.ORCHESTRATOR.loopView(loopOf(c)))));
  routes.get("/:loop/events", async (c) => {
    const { after, limit } = parseInput(EventQuery, c.req.query());
    return c.json(unwrap(await c.env.ORCHESTRATOR.loopEvents(loopOf(c), after, limit)));
  });
  routes.get("/:loop/state", async (c) => {
    const { at } = parseInput(StateQuery, c.req.query());
    // The state is unknown JSON here; its shape is the domain's matter.
    return c.body(JSON.stringify(unwrap(await c.env.ORCHESTRATOR.loopStateAt(loopOf(c), at))), 200, {
      "content-type": "application/json",
    });
  });
  routes.get("/:loop/verify", async (c) => c.json(unwrap(await c.env.ORCHESTRATOR.verifyChain(loopOf(c)))));
  routes.get("/:loop/record", async (c) => {
    const { after, limit } = parseInput(EventQuery, c.req.query());
    const page = unwrap(await c.env.ORCHESTRATOR.loopRecord(loopOf(c), after, limit));
    return c.body(JSON.stringify(page), 200, { "content-type": "application/json" });
  });
  routes.get("/:loop/logs", async (c) => {
    const { after, job } = parseInput(LogsQuery, c.req.query());
    return c.json(unwrap(await c.env.ORCHESTRATOR.loopLogs(loopOf(c), after, job ?? null)));
  });
  routes.get("/:loop/rerun", async (c) => {
    const { from } = parseInput(RerunQuery, c.req.query());
    const report = unwrap(await c.env.ORCHESTRATOR.rerunLoop(loopOf(c), from));
    // The values that differ are unknown JSON here.
    return c.body(JSON.stringify(report), 200, { "content-type": "application/json" });
  });
  routes.get("/:loop/diff", async (c) =>
    c.body(unwrap(await c.env.ORCHESTRATOR.loopDiff(loopOf(c))), 200, {
      "content-type": "text/x-diff; charset=utf-8",
      "content-disposition": diffDisposition,
    }),
  );
  routes.get("/:loop/log", async (c) => {
    const { job } = parseInput(LogQuery, c.req.query());
    return c.text(unwrap(await c.env.ORCHESTRATOR.loopLog(loopOf(c), job ?? null)));
  });
  return routes;
}
