import type { LoopEvent } from "../loop/events.ts";
import { codeLines } from "./event-lines/code.ts";
import { controlLines } from "./event-lines/control.ts";
import type { Lines } from "./event-lines/lines.ts";
import { peopleLines } from "./event-lines/people.ts";
import { workItemLines } from "./event-lines/work-item.ts";

/** Typed as complete: an event without a line does not compile. */
const lines: Lines = { ...workItemLines, ...peopleLines, ...codeLines, ...controlLines };

/** An event in one line for people. */
export function eventLine(event: LoopEvent): string {
  const line = lines[event.type] as (event: LoopEvent) => string;
  return line(event);
}
