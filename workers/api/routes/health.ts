import { Hono } from "hono";
import type { AppEnv } from "../bindings.ts";

/** `/health` says how the parts are (503 when one is not well), `/ready` whether requests can be served. */
export function healthRoutes() {
  const routes = new Hono<AppEnv>();
  routes.get("/health", async (c) => {
    const health = await healthOf(c.env.ORCHESTRATOR.health());
    return c.json(health, health.ok ? 200 : 503);
  });
  routes.get("/ready", async (c) => {
    // An ill part (D1 down) degrades; what makes us not ready is that the orchestrator does not answer at
    // all.
    const health = await healthOf(c.env.ORCHESTRATOR.health());
    const ready = health.parts.orchestrator !== "does not answer";
    return c.json({ ready }, ready ? 200 : 503);
  });
  return routes;
}

type Health = { ok: boolean; parts: Record<string, string> };

/** Health must be told also when the one who knows it has failed. */
export async function healthOf(asked: Promise<Health>): Promise<Health> {
  try {
    return await asked;
  } catch {
    return { ok: false, parts: { orchestrator: "does not answer" } };
  }
}
