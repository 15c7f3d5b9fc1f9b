import { Hono } from "hono";
import type { AppEnv } from "../bindings.ts";
import { healthOf } from "../routes/health.ts";
import { frameOf, orNull, sendPage } from "./frame-of.ts";
import { HomePage } from "./home-page.tsx";
import { InboxPage } from "./inbox-page.tsx";
import { readNotice } from "./notice.ts";
import type { createProviderLabel } from "./provider-label.ts";

/** Questions with their forms on one page; a form with its options has up to 10 KB. */
const inboxFormsMax = 5;

export function homeRoutes(providerLabel: ReturnType<typeof createProviderLabel>) {
  const routes = new Hono<AppEnv>();
  routes.get("/", async (c) => {
    const rpc = c.env.ORCHESTRATOR;
    const [frame, inbox, list, repositories, health, provider] = await Promise.all([
      frameOf(c),
      orNull(rpc.inbox()),
      orNull(rpc.listLoops({ state: "all", repository: null })),
      orNull(rpc.listRepositories()),
      healthOf(rpc.health()),
      providerLabel(rpc),
    ]);
    const parts = { inbox: inbox?.items ?? null, list, repositories, health, provider };
    return sendPage(c, <HomePage frame={frame} {...parts} />);
  });
  routes.get("/inbox", async (c) => {
    const rpc = c.env.ORCHESTRATOR;
    const [frame, { items }] = await Promise.all([frameOf(c), rpc.inbox()]);
    const asked = await Promise.all(
      items.slice(0, inboxFormsMax).map(async (item) => ({ item, answer: await rpc.loopView(item.loop) })),
    );
    // A loop that cannot be read now is still listed, as a link.
    const open = asked.flatMap(({ item, answer }) => (answer.ok ? [{ item, view: answer.value }] : []));
    const more = items.filter((item) => !open.some((shown) => shown.item === item));
    return sendPage(c, <InboxPage frame={frame} open={open} more={more} notice={readNotice(c)} />);
  });
  return routes;
}
