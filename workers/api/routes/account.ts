import { EnrolRunner, type ProviderReport } from "@tamma/core/protocol/rest.ts";
import { Hono } from "hono";
import type { AppEnv } from "../bindings.ts";
import { apiCaller } from "../caller.ts";
import { plainIdOf } from "../path-ids.ts";
import { unwrap } from "../problem.ts";
import { readJson } from "../request-body.ts";

/** The inbox, runners, providers and sign-in of the one account. */
export function accountRoutes() {
  const routes = new Hono<AppEnv>();
  routes.get("/inbox", async (c) => c.json(await c.env.ORCHESTRATOR.inbox()));
  routes.post("/runners", async (c) => {
    const input = await readJson(c, EnrolRunner);
    return c.json(unwrap(await c.env.ORCHESTRATOR.enrolRunner(apiCaller(c), input)), 201);
  });
  routes.get("/runners", async (c) => c.json({ runners: await c.env.ORCHESTRATOR.listRunners() }));
  routes.post("/runners/:runner/revoke", async (c) =>
    c.json(unwrap(await c.env.ORCHESTRATOR.revokeRunner(apiCaller(c), plainIdOf(c, "runner")))),
  );
  routes.get("/providers/check", async (c) => {
    const { provider, model, label, problem } = await c.env.ORCHESTRATOR.checkProvider();
    const report: ProviderReport = {
      provider,
      model,
      label,
      ok: problem === null,
      problem: problem && { kind: problem.kind, message: problem.message },
    };
    return c.json(report);
  });
  routes.post("/login-links", async (c) => {
    const { secret, expiresAt } = await c.env.ORCHESTRATOR.createLogin(apiCaller(c));
    return c.json({ path: `/app/login?key=${encodeURIComponent(secret)}`, expiresAt }, 201);
  });
  return routes;
}
