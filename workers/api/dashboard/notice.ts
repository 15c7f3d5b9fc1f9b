import type { Context } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import { z } from "zod";
import type { AppEnv } from "../bindings.ts";
import type { NoticeText } from "./layout.tsx";

const cookieName = "tamma_notice";
/** Long enough to be read on the page that follows a form, also when that looks again after 5 s. */
const noticeSeconds = 15;
/** Browsers keep cookies of 4 KB; a reason longer than this is on the loop's page anyway. */
const noticeCharsMax = 600;

const Stored = z.object({ title: z.string(), detail: z.string() });

/**
 * Leaves words for the page that a form leads to; they are sent to that path only and vanish by themselves.
 */
export function leaveNotice(c: Context<AppEnv>, path: string, title: string, detail: string): void {
  const value = JSON.stringify({ title, detail: detail.slice(0, noticeCharsMax) });
  setCookie(c, cookieName, value, {
    path,
    maxAge: noticeSeconds,
    httpOnly: true,
    sameSite: "Strict",
    secure: c.env.TAMMA_ORIGIN.startsWith("https:"),
  });
}

/** The words left by the form before; null when there are none or somebody made them up badly. */
export function readNotice(c: Context<AppEnv>): NoticeText | null {
  const value = getCookie(c, cookieName);
  if (value === undefined) return null;
  try {
    return { tone: "note", ...Stored.parse(JSON.parse(value)), typed: "" };
  } catch {
    return null;
  }
}
