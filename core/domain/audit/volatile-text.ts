/**
 * What differs between two runs of the same loop without meaning anything, in texts: output of tools,
 * prompts, messages. It is taken out before two runs are compared.
 */
interface Volatile {
  /** Why it differs. */
  why: string;
  pattern: RegExp;
  to: string;
}

const volatile: readonly Volatile[] = [
  {
    why: "every run has its own state folder, and every job its own folder in it",
    pattern: /(?:file:\/\/)?(?:\/[\w.@+~-]+)+\/job-[0-9a-f]{12}(?=\b)/g,
    to: "<job>",
  },
  {
    why: "a private temporary folder has a random name",
    pattern: /(?:\/private)?\/(?:tmp|var\/folders)\/[\w.@+~-]+(?:\/[\w.@+~-]+)*/g,
    to: "<temp>",
  },
  {
    why: "test runners print how long each test took",
    pattern: /\b(duration_ms|duration|time)(["']?\s*[:=]?\s*["']?)\d+(?:\.\d+)?/g,
    to: "$1$2<duration>",
  },
  {
    why: "the same in words",
    pattern: /(?<![\w.])\d+(?:\.\d+)?\s?(?:ms|milliseconds?|s|seconds?)\b/g,
    to: "<duration>",
  },
  {
    why: "dates and times of day",
    pattern: /\b\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?/g,
    to: "<time>",
  },
  {
    why: "commits of the loop carry the time at which they were made",
    pattern: /\b(?=[0-9a-f]*[a-f])(?=[0-9a-f]*[0-9])(?:[0-9a-f]{40}|[0-9a-f]{7,12})\b/g,
    to: "<id>",
  },
  {
    why: "whoever is signed in opens the issues; prompts say who wrote what",
    pattern: /(^\[\[data \S+ [^\n]*, written by )[^\n]*/gm,
    to: "$1<person>",
  },
  { why: "processes are numbered by the system", pattern: /\b(pid[ :=]+)\d+/gi, to: "$1<pid>" },
  {
    why: "a free port is another one every time",
    pattern: /\b(127\.0\.0\.1|localhost|\[::1\]):\d{2,5}\b/g,
    to: "$1:<port>",
  },
];

/**
 * Where a tool's output was too long (runner/project/excerpt.ts). The window is counted in letters, so that
 * longer or shorter times in it move what stands at its edges: only the inner part of both ends is compared.
 */
const cutMark = /\n\[\.\.\. \d+ characters cut \.\.\.\]\n/;
const comparedShare = 0.6;
/** The note between the ends has a digit more or less, which moves them by a letter or two. */
const comparedStep = 100;

/**
 * The delimiter of a prompt is a secret of its turn or job; its first line names it, and an answer of a tool
 * begins with it (core/prompts/blocks.ts).
 */
const delimiter = /Delimiter of this message: (\S+)|^\[\[data ([\w-]{16,}) /;

/** The text without what differs from run to run. */
export function withoutVolatile(text: string): string {
  const found = delimiter.exec(text);
  const named = found?.[1] ?? found?.[2];
  const fixed = named === undefined ? text : text.replaceAll(named, "<delimiter>");
  const [head = "", ...rest] = fixed.split(cutMark);
  const tail = rest.at(-1);
  if (tail === undefined) return replaced(fixed);
  const compared = (part: string) => Math.floor((part.length * comparedShare) / comparedStep) * comparedStep;
  return `${replaced(head).slice(0, compared(head))}\n<cut>\n${replaced(tail).slice(-compared(tail))}`;
}

function replaced(text: string): string {
  return volatile.reduce((clean, { pattern, to }) => clean.replace(pattern, to), text);
}
