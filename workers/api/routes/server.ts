import { Reconcile, Resume, type ServerReport } from "@tamma/core/protocol/rest.ts";
import { runnerProtocol } from "@tamma/core/protocol/runner.ts";
import { version } from "@tamma/core/version.ts";
import { Hono } from "hono";
import { inFlight } from "../../in-flight.ts";
import type { AppEnv } from "../bindings.ts";
import { unwrap } from "../problem.ts";
import { readJson } from "../request-body.ts";

/** What the host and the operator ask of the server itself. */
export function serverRoutes() {
  const routes = new Hono<AppEnv>();
  routes.get("/", (c) => {
    const report: ServerReport = { version, now: Date.now(), user: c.var.person.id, runnerProtocol };
    return c.json(report);
  });
  routes.post("/resume", async (c) => {
    const input = await readJson(c, Resume);
    return c.json(await c.env.ORCHESTRATOR.resume(input));
  });
  routes.post("/drain", (c) => {
    inFlight.end();
    return c.json({ inFlight: inFlight.count });
  });
  routes.post("/reconcile", async (c) => {
    const input = await readJson(c, Reconcile);
    return c.json(unwrap(await c.env.ORCHESTRATOR.reconcile(input)));
  });
  return routes;
}
