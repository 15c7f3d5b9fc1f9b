import type { MiddlewareHandler } from "hono";
import type { AppEnv } from "../bindings.ts";
import { HttpProblem } from "../problem.ts";
import { requestHost } from "./host.ts";

/**
 * A form counts only when our own page posted it. Browsers say so themselves, in `Sec-Fetch-Site` or
 * `Origin`; both must agree where both are sent, and a request with neither comes from no browser that we
 * know.
 */
export const sameOrigin: MiddlewareHandler<AppEnv> = async (c, next) => {
  if (c.req.method !== "GET" && c.req.method !== "HEAD" && !cameFromUs(c.req.raw))
    throw new HttpProblem(
      403,
      "cross-site",
      "This form was not sent by a page of this server.",
      "Open the page here and send the form again.",
    );
  await next();
};

function cameFromUs(request: Request): boolean {
  const site = request.headers.get("sec-fetch-site");
  const origin = request.headers.get("origin");
  if (site !== null && site !== "same-origin") return false;
  // "null" is an opaque origin (a sandbox, a stripped referrer): it proves nothing by itself.
  if (origin === null || origin === "null") return site === "same-origin";
  return URL.canParse(origin) && new URL(origin).host === requestHost(request);
}
