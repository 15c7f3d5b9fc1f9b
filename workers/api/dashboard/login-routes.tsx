import { Hono } from "hono";
import type { AppEnv } from "../bindings.ts";
import { forgetSession, keepSession } from "../middleware/session.ts";
import { HttpProblem } from "../problem.ts";
import { readForm } from "../request-body.ts";
import { sendPage } from "./frame-of.ts";
import { LoginPage } from "./login-page.tsx";

/** A one-time key and nothing else. */
const loginBytesMax = 4_096;

export function loginRoutes() {
  const routes = new Hono<AppEnv>();
  routes.get("/login", (c) => sendPage(c, <LoginPage secret={c.req.query("key") ?? null} />));
  routes.post("/login", async (c) => {
    const { key } = await readForm(c, loginBytesMax);
    const session = key ? await c.env.ORCHESTRATOR.redeemLogin(key) : null;
    if (session === null)
      throw new HttpProblem(
        403,
        "login-used",
        "This sign-in link was used before, or is older than ten minutes.",
        "Run `tamma login` for a new one.",
      );
    keepSession(c, session);
    return c.redirect("/app", 303);
  });
  routes.post("/logout", (c) => {
    forgetSession(c);
    return c.redirect("/app/login", 303);
  });
  return routes;
}
