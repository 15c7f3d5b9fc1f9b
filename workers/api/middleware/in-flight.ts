import type { MiddlewareHandler } from "hono";
import { inFlight } from "../../in-flight.ts";
import type { AppEnv } from "../bindings.ts";
import { HttpProblem } from "../problem.ts";

/** What is still answered while the server ends: how it is, and how far the end has come. */
const always = ["/health", "/ready", "/api/v1/server/drain"];

/** Counts requests until they are answered, and begins no new one once the server ends. */
export const countInFlight: MiddlewareHandler<AppEnv> = async (c, next) => {
  if (always.includes(c.req.path)) return next();
  if (inFlight.ending)
    throw new HttpProblem(
      503,
      "server-ends",
      "The server is ending; nothing of this request was done.",
      "Send it again in a moment, when the server runs again.",
    );
  return inFlight.during(next());
};
