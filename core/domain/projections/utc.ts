import type { Instant } from "../ids.ts";

/** Swedish writes dates as ISO 8601 does. */
const format = new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeStyle: "medium", timeZone: "UTC" });

/** A moment that may be days off, e.g. `2026-11-27 21:05:39 UTC`. */
export function renderUtc(at: Instant): string {
  return `${format.format(at)} UTC`;
}
