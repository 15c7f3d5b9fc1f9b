import type { MiddlewareHandler } from "hono";
import type { AppEnv } from "../bindings.ts";

/** Every answer names its request, so that a person's report and our log line can be brought together. */
export const requestId: MiddlewareHandler<AppEnv> = async (c, next) => {
  const id = crypto.randomUUID();
  c.set("requestId", id);
  await next();
  c.res.headers.set("x-request-id", id);
};
