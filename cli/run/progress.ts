import type { LoopView } from "@tamma/core/domain/loop/view.ts";
import type { EventLine } from "@tamma/core/protocol/rest.ts";
import type { Context } from "../context.ts";
import type { Api } from "../http/api.ts";
import { clean, renderClock, renderJson } from "../render/text.ts";
import { createLive } from "./live.ts";

/** Events fetched at once; the server gives no more than 500. */
const eventsPerPage = 200;

/** Tells a person or a program how a loop goes on. */
export interface Progress {
  show(view: LoopView): Promise<void>;
  /** Makes room for other output. */
  stop(): void;
}

/**
 * A picture painted over on a terminal; a line per event elsewhere; NDJSON on standard output with `--json`.
 */
export function createProgress(context: Context, api: Pick<Api, "events">): Progress {
  const { terminal, style, json } = context;
  if (terminal.repaints && !json) {
    const live = createLive(terminal, style);
    return { show: async (view) => live.show(view), stop: live.stop };
  }
  let seen = 0;
  let loop = "";
  const write = json
    ? (event: EventLine) => terminal.out(`${renderJson({ kind: "event", loop, ...event })}\n`)
    : (event: EventLine) => terminal.err(`${renderEvent(event)}\n`);
  return {
    async show(view) {
      if (view.id !== loop) seen = 0;
      loop = view.id;
      while (seen < view.seq) {
        const { events } = await api.events(view.id, seen, eventsPerPage);
        if (events.length === 0) return;
        for (const event of events) write(event);
        seen = events.at(-1)?.seq ?? seen;
      }
    },
    stop() {},
  };
}

/** One event in one line: time, number, what happened, who. */
export function renderEvent(event: EventLine): string {
  const line = clean(event.line).replaceAll("\n", " ");
  return `${renderClock(event.at)} ${String(event.seq).padStart(4)}  ${line}  (${clean(event.actor)})`;
}
