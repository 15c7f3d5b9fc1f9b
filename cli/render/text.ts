import { markInvisible } from "@tamma/core/domain/text/invisible.ts";

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
 * Text from issues, models and tools without what would steer the terminal: escape sequences could repaint
 * what a person is about to approve. What no reader would see stands as a mark, `<U+202E>`.
 */
export function clean(text: string): string {
  return markInvisible(text).replace(/\u27e8(U\+[0-9A-F]+)\u27e9/g, "<$1>");
}

/** Every string inside an answer of the server, cleaned; keys too, because some are names. */
export function cleanDeep<T>(value: T): T {
  if (typeof value === "string") return clean(value) as T;
  if (Array.isArray(value)) return value.map(cleanDeep) as T;
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [clean(key), cleanDeep<unknown>(inner)]),
  ) as T;
}

/** The only sequences that we write ourselves: the colours of style.ts, and painting over the live view. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what is looked for
const ours = /(\u001b\[(?:1|2|22|31|32|33|36|39)m|\u001b\[\d{1,4}A\u001b\[0J)/;

/**
 * The last gate before the terminal: what is neither text nor a sequence of ours does not pass. Without
 * `painted` we write none, so none passes.
 */
export function onlyOurs(text: string, painted: boolean): string {
  if (!painted) return clean(text);
  return text
    .split(ours)
    .map((part, index) => (index % 2 === 1 ? part : clean(part)))
    .join("");
}

/** JSON in one line, with all that a terminal could act on or a reader not see as `\\u` escapes. */
export function renderJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\p{Cc}\p{Default_Ignorable_Code_Point}\p{Bidi_Control}\u2028\u2029\ufff9-\ufffb]/gu,
    (character) =>
      [...Array(character.length).keys()]
        .map((at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, "0")}`)
        .join(""),
  );
}

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
