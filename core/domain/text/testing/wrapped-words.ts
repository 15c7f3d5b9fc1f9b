import fc from "fast-check";

type Wrap = (lines: readonly string[]) => readonly string[];

const each =
  (mark: string): Wrap =>
  (lines) =>
    lines.map((line) => mark + line);

/** A quote of a paragraph whose later lines go on without its mark. */
const lazy: Wrap = ([first = "", ...rest]) => [`> ${first}`, ...rest];

function fenced(letter: "`" | "~"): Wrap {
  return (lines) => {
    const runs = lines.flatMap((line) => [...line.matchAll(/[`~]+/g)].map(([run]) => run.length));
    const fence = letter.repeat(Math.max(3, ...runs.map((length) => length + 1)));
    return [fence, ...lines, fence];
  };
}

const item =
  (mark: string): Wrap =>
  ([first = "", ...rest]) => [
    `${mark} ${first}`,
    ...rest.map((line) => (line === "" ? "" : " ".repeat(mark.length + 1) + line)),
  ];

/** Hides all lines; only what holds no comment itself can be hidden so. */
const hidden: Wrap = (lines) =>
  lines.some((line) => line.includes("--")) ? each("> ")(lines) : ["<!--", ...lines, "-->"];

/** Each of these makes others' words, code, or nothing of the lines. */
const innermost: readonly Wrap[] = [
  each("> "),
  each(">"),
  (lines) => lazy(["somebody wrote", ...lines]),
  (lines) => ["some words", ...fenced("`")(lines)],
  fenced("~"),
  (lines) => ["", ...each("    ")(lines), ""],
  hidden,
  (lines) => ["the words `so", ...lines, "and so` are code"],
  (lines) => ["``", ...lines, "``"],
  (lines) => ["<blockquote>", "", ...lines, "", "</blockquote>"],
  (lines) => ["<pre>", ...lines, "</pre>"],
];

const around: readonly Wrap[] = [
  ...innermost.slice(0, 2),
  fenced("`"),
  fenced("~"),
  hidden,
  item("-"),
  item("*"),
  item("12."),
  (lines) => ["words", "", ...lines, "", "more words"],
  (lines) => ["- an item", "", ...behindAnItem(lines)],
  (lines) => ["> a quote", "", ...lines],
  (lines) => ["- > a quote", "", ...behindAnItem(lines)],
];

/** What is indented as code would be a paragraph of the item. */
function behindAnItem(lines: readonly string[]): readonly string[] {
  return lines.some((line) => line.startsWith("    ")) ? each("  ")(lines) : lines;
}

/** Comments in which `words` stand in a quote, in code or in what is hidden, and that within more of it. */
export function wrapped(words: string): fc.Arbitrary<string> {
  const inner = fc.constantFrom(...innermost);
  return fc
    .tuple(inner, fc.array(fc.constantFrom(...around), { maxLength: 5 }))
    .map(([first, more]) => more.reduce((lines, wrap) => wrap(lines), first([words])).join("\n"));
}
