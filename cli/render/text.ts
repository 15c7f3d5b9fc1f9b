import { stripVTControlCharacters } from "node:util";

const microUsdPerUsd = 1_000_000;
/** Below a cent two decimals would say "nothing". */
const centMicroUsd = 10_000;

/** Money for people: "$0.12", and "$0.0034" below a cent. */
export function renderMoney(microUsd: number): string {
  const digits = microUsd > 0 && microUsd < centMicroUsd ? 4 : 2;
  return `$${(microUsd / microUsdPerUsd).toFixed(digits)}`;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** A duration for people: "0.4 s", "12 s", "3 min 5 s", "2 h 10 min". */
export function renderDuration(ms: number): string {
  if (ms < 10_000) return `${(Math.max(0, ms) / 1000).toFixed(1)} s`;
  if (ms < minuteMs) return `${Math.round(ms / 1000)} s`;
  if (ms < hourMs) return `${Math.floor(ms / minuteMs)} min ${Math.floor((ms % minuteMs) / 1000)} s`;
  return `${Math.floor(ms / hourMs)} h ${Math.floor((ms % hourMs) / minuteMs)} min`;
}

/** Local time of day, "14:03:21". */
export function renderClock(at: number): string {
  return new Date(at).toTimeString().slice(0, 8);
}

/**
 * Text from issues, models and tools without what would steer the terminal. Escape sequences could repaint
 * what a person is about to approve.
 */
export function clean(text: string): string {
  return stripVTControlCharacters(text).replace(controls, "");
}
// Everything below a space but tab and newline, DEL, C1, and the marks that turn the direction of text.
const controls = /(?![\t\n])[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu;

/** The first `width` columns of one line of plain text. */
export function truncate(text: string, width: number, ellipsis: string): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - ellipsis.length))}${ellipsis}`;
}

/** Breaks text at spaces so that no line is longer than `width`, and puts `indent` before each. */
export function wrap(text: string, width: number, indent = ""): string {
  const room = Math.max(20, width - indent.length);
  return clean(text)
    .split("\n")
    .flatMap((paragraph) => wrapLine(paragraph, room))
    .map((line) => `${indent}${line}`.trimEnd())
    .join("\n");
}

function wrapLine(paragraph: string, room: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of paragraph.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > room) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
