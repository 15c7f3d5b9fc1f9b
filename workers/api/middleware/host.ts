import type { MiddlewareHandler } from "hono";
import type { AppEnv, Bindings } from "../bindings.ts";
import { HttpProblem } from "../problem.ts";

/**
 * Answers only to its own names: a foreign name that points at 127.0.0.1 (DNS rebinding) gets nothing.
 * Deliveries prove themselves by their signature, and come by whatever name the platform reaches us.
 */
export const hostCheck: MiddlewareHandler<AppEnv> = async (c, next) => {
  if (c.req.path.startsWith("/webhooks/")) return next();
  const host = requestHost(c.req.raw);
  if (!allowedHosts(c.env).includes(host))
    throw new HttpProblem(
      421,
      "wrong-host",
      "This server does not answer to that host name.",
      `Open ${c.env.TAMMA_ORIGIN} or set TAMMA_ORIGIN to the address that you use.`,
    );
  await next();
};

/** Name and port as the client asked for them, in lower case. */
export function requestHost(request: Request): string {
  return (request.headers.get("host") ?? new URL(request.url).host).toLowerCase();
}

/** The name by which others come, and this machine's own at the port that is listened on. */
function allowedHosts({ TAMMA_ORIGIN: origin, TAMMA_LISTENS_AT: listensAt = origin }: Bindings): string[] {
  const { port } = new URL(listensAt);
  const suffix = port === "" ? "" : `:${port}`;
  return [new URL(origin).host.toLowerCase(), `127.0.0.1${suffix}`, `localhost${suffix}`];
}
