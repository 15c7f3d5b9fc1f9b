import type { Health } from "@tamma/core/protocol/rest.ts";
import { Hono } from "hono";
import type { AppEnv } from "../bindings.ts";

/** `/health` says how the parts are (503 when it is down), `/ready` whether requests can be served. */
export function healthRoutes() {
  const routes = new Hono<AppEnv>();
  routes.get("/health", async (c) => {
    const health = await healthOf(c.env.ORCHESTRATOR.health());
    // Degraded is not down: whoever restarts what is not well would only interrupt the work that goes on.
    return c.json(health, health.status === "down" ? 503 : 200);
  });
  routes.get("/ready", async (c) => {
    // What makes us not ready is that the orchestrator does not answer at all.
    const health = await healthOf(c.env.ORCHESTRATOR.health());
    const ready = health.parts.orchestrator !== "does not answer";
    return c.json({ ready }, ready ? 200 : 503);
  });
  return routes;
}

/** Health must be told also when the one who knows it has failed. */
export async function healthOf(asked: Promise<Health>): Promise<Health> {
  try {
    return await asked;
  } catch {
    return { status: "down", parts: { orchestrator: "does not answer" } };
  }
}
