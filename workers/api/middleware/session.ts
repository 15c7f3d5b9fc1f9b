import type { Context, MiddlewareHandler } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import type { AppEnv } from "../bindings.ts";
import { addressOf } from "./bearer.ts";

const cookieName = "tamma_session";

/** The dashboard: who has no session is shown how to get one. */
export const signedIn: MiddlewareHandler<AppEnv> = async (c, next) => {
  const session = getCookie(c, cookieName);
  const person = session ? await c.env.ORCHESTRATOR.sessionPerson(session) : null;
  if (person === null) return c.redirect("/app/login", 303);
  c.set("person", { kind: "person", id: person.id, authenticated: "session", ip: addressOf(c) });
  await next();
};

/** Keeps the session in a cookie that no script can read and no other site can send along. */
export function keepSession(c: Context<AppEnv>, session: { session: string; expiresAt: number }): void {
  setCookie(c, cookieName, session.session, { ...cookieOptions(c), expires: new Date(session.expiresAt) });
}

export function forgetSession(c: Context<AppEnv>): void {
  deleteCookie(c, cookieName, cookieOptions(c));
}

function cookieOptions(c: Context<AppEnv>) {
  return {
    path: "/",
    httpOnly: true,
    sameSite: "Strict",
    secure: c.env.TAMMA_ORIGIN.startsWith("https:"),
  } as const;
}
