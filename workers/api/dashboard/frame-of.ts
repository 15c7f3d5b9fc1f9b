import type { Context } from "hono";
import { html } from "hono/html";
import type { Child } from "hono/jsx";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { AppEnv } from "../bindings.ts";
import type { Frame } from "./layout.tsx";

/** What the frame of a page needs; an inbox that cannot be read costs the page its number, nothing more. */
export async function frameOf(c: Context<AppEnv>): Promise<Frame> {
  const inbox = await orNull(c.env.ORCHESTRATOR.inbox());
  const live = c.req.query("live") !== "off";
  const toggled = new URL(c.req.url);
  if (live) toggled.searchParams.set("live", "off");
  else toggled.searchParams.delete("live");
  return {
    person: c.var.person.id,
    waiting: inbox?.items.length ?? null,
    toggle: toggled.pathname + toggled.search,
    live,
  };
}

/** The value, or null when asking failed: for parts that a page can do without (FR-19e). */
export async function orNull<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch {
    return null;
  }
}

/** A whole document; without its doctype browsers would fall back to the quirks of 1998. */
export async function sendPage(c: Context<AppEnv>, page: Child, status: ContentfulStatusCode = 200) {
  return c.html(html`<!doctype html>${page}`, status);
}
