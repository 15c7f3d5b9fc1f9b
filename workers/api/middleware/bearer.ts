import { createHash, timingSafeEqual } from "node:crypto";
import type { Context, MiddlewareHandler } from "hono";
import type { AppEnv } from "../bindings.ts";
import { HttpProblem } from "../problem.ts";

/** The REST API: the local token stands for the one local person. */
export const localToken: MiddlewareHandler<AppEnv> = async (c, next) => {
  const token = bearerOf(c);
  if (token === null || !sameSecret(token, c.env.TAMMA_TOKEN ?? ""))
    throw new HttpProblem(
      401,
      "bad-token",
      "The token is missing or wrong.",
      "Send `Authorization: Bearer <token>`; `tamma login` finds the local one.",
    );
  c.set("person", {
    kind: "person",
    id: c.env.TAMMA_USER,
    authenticated: "local-token",
    ip: addressOf(c),
  });
  await next();
};

/** The runner API: short-lived tokens that the orchestrator gave out. */
export const runnerToken: MiddlewareHandler<AppEnv> = async (c, next) => {
  const token = bearerOf(c);
  const pass = token === null ? null : await c.env.ORCHESTRATOR.runnerOf(token);
  if (pass === null)
    throw new HttpProblem(
      401,
      "bad-runner-token",
      "The runner token is missing, wrong or expired.",
      "Ask for a new one: POST /runner/v1/token.",
    );
  c.set("pass", pass);
  c.set("runner", pass.runner);
  await next();
};

/**
 * The address that the caller came from, as Cloudflare's edge says; null where nobody can say. A server of
 * one's own listens on its machine alone: whoever reaches it is there, whatever its headers claim, or comes
 * through a proxy, which does not tell who is behind it in a way that nobody could forge.
 */
export function addressOf(c: Context<AppEnv>): string | null {
  const { TAMMA_ORIGIN: origin, TAMMA_LISTENS_AT: listensAt } = c.env;
  const { hostname } = new URL(origin);
  if (hostname === "127.0.0.1") return hostname;
  return listensAt === undefined ? (c.req.header("cf-connecting-ip") ?? null) : null;
}

function bearerOf(c: Context<AppEnv>): string | null {
  return /^Bearer +(\S+)$/i.exec(c.req.header("authorization") ?? "")?.[1] ?? null;
}

/** Hashes of both sides have one length, so that neither length nor content shows in the time taken. */
function sameSecret(given: string, expected: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text, "utf8").digest();
  return expected !== "" && timingSafeEqual(digest(given), digest(expected));
}
