import type { MiddlewareHandler } from "hono";
import type { AppEnv } from "../bindings.ts";

/** Pages have no script at all; whatever an issue or a model wrote, nothing of it can run or load. */
export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'none'",
  "object-src 'none'",
  "style-src 'self'",
  // The icon of the layout; no page shows a picture from anywhere.
  "img-src data:",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join("; ");

const headers: Record<string, string> = {
  "content-security-policy": contentSecurityPolicy,
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  // Not `no-referrer`: with it browsers send `Origin: null` on our own forms, which the origin check needs.
  "referrer-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
};

/** A year: the usual length for browsers to remember that a host speaks HTTPS only. */
const httpsSecondsMax = 31_536_000;

export const securityHeaders: MiddlewareHandler<AppEnv> = async (c, next) => {
  await next();
  for (const [name, value] of Object.entries(headers)) c.res.headers.set(name, value);
  // What people see here is theirs: no shared or later reader gets it from a cache.
  if (!c.res.headers.has("cache-control")) c.res.headers.set("cache-control", "no-store");
  if (c.env.TAMMA_ORIGIN?.startsWith("https:"))
    c.res.headers.set("strict-transport-security", `max-age=${httpsSecondsMax}`);
};
