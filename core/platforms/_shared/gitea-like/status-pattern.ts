/**
 * Does `name` fit one of the patterns by which a branch names the statuses that it requires? They are globs:
 * `*` stands for any text, `?` for one character, `[a-z]` and `[!a-z]` for one of these and for one that is
 * none of these, `{a,b}` for either; `\` takes the meaning from what follows. What is no pattern, as one with
 * an open bracket, fits nothing but itself. Source: Gitea's documentation, "Protected Branches", and its use
 * of `gobwas/glob` without separators.
 */
export function fitsPattern(pattern: string, name: string): boolean {
  if (pattern === name) return true;
  const choices = withoutBraces([...pattern]) ?? [];
  return choices.some((choice) => {
    const parts = partsOf(choice);
    return parts !== null && fits(parts, [...name]);
  });
}

/** More choices than that, nobody means. */
const choicesMax = 100;

/** Null stands for any text; else what one character has to be. */
type Part = null | ((mark: string) => boolean);

/**
 * Each choice that the braces leave, written out; null for braces that do not close, or too many choices. The
 * first brace of each is opened in turn, so that no more than that many ever stand side by side.
 */
function withoutBraces(pattern: readonly string[]): string[][] | null {
  let choices = [[...pattern]];
  while (choices.some((marks) => indexOf(marks, 0, "{") !== -1)) {
    const opened = choices.map(firstOpened);
    if (opened.includes(null)) return null;
    choices = opened.flatMap((all) => all ?? []);
    if (choices.length > choicesMax) return null;
  }
  return choices;
}

function firstOpened(marks: readonly string[]): string[][] | null {
  const open = indexOf(marks, 0, "{");
  if (open === -1) return [[...marks]];
  const inside = choicesAt(marks, open + 1);
  if (inside === null) return null;
  return inside.choices.map((choice) => [...marks.slice(0, open), ...choice, ...marks.slice(inside.end)]);
}

/** What stands between the commas of a brace that begins before `from`, and where it ends. */
function choicesAt(marks: readonly string[], from: number): { choices: string[][]; end: number } | null {
  const choices: string[][] = [[]];
  let depth = 0;
  for (let at = from; at < marks.length && choices.length <= choicesMax; at += 1) {
    const mark = marks[at] ?? "";
    if (mark === "}" && depth === 0) return { choices, end: at + 1 };
    if (mark === "," && depth === 0) choices.push([]);
    else choices.at(-1)?.push(...(mark === "\\" ? [mark, marks[at + 1] ?? ""] : [mark]));
    if (mark === "\\") at += 1;
    if (mark === "{") depth += 1;
    if (mark === "}") depth -= 1;
  }
  return null;
}

/** The first `wanted` from `from` on whose meaning is not taken away; -1: there is none. */
function indexOf(marks: readonly string[], from: number, wanted: string): number {
  for (let at = from; at < marks.length; at += 1) {
    if (marks[at] === "\\") at += 1;
    else if (marks[at] === wanted) return at;
  }
  return -1;
}

function partsOf(marks: readonly string[]): Part[] | null {
  const parts: Part[] = [];
  for (let at = 0; at < marks.length; at += 1) {
    const mark = marks[at];
    if (mark === "*") parts.push(null);
    else if (mark === "?") parts.push(() => true);
    else if (mark === "[") {
      const end = indexOf(marks, at + 1, "]");
      if (end === -1) return null;
      parts.push(oneOf(marks.slice(at + 1, end)));
      at = end;
    } else {
      if (mark === "\\") at += 1;
      const wanted = marks[at] ?? "\\";
      parts.push((one) => one === wanted);
    }
  }
  return parts;
}

function oneOf(marks: readonly string[]): (mark: string) => boolean {
  const not = marks[0] === "!";
  const inside = (not ? marks.slice(1) : marks).filter((mark) => mark !== "\\");
  const isIn = (one: string) =>
    inside.some((mark, at) => {
      const last = inside[at + 2];
      const isRange = inside[at + 1] === "-" && last !== undefined;
      return one === mark || (isRange && mark <= one && one <= last);
    });
  return (one) => isIn(one) !== not;
}

/** Goes back to the last star only, so that no pattern takes long. */
function fits(parts: readonly Part[], name: readonly string[]): boolean {
  let [at, part, star, starAt] = [0, 0, -1, 0];
  while (at < name.length) {
    const wanted = parts[part];
    if (wanted === null) {
      [star, starAt] = [part, at];
      part += 1;
    } else if (wanted?.(name[at] ?? "")) {
      at += 1;
      part += 1;
    } else if (star === -1) return false;
    else {
      starAt += 1;
      [part, at] = [star + 1, starAt];
    }
  }
  return parts.slice(part).every((rest) => rest === null);
}
