import type { Workspace } from "../workspace/git.ts";
import { textOf } from "../workspace/run-git.ts";

/** Each word is one `git grep`; more words add noise, not hits. */
const wordsMax = 24;
/** A word that is in more files than this share says nothing about any of them. */
const commonShare = 0.4;
const rankedMax = 40;

const ordinary = new Set(
  (
    "the and for with that this from when then than are was were will would should could can cannot not " +
    "but you your our its has have had does did what which who how why where there here into onto over " +
    "under also only just like about after before because being been each other some any all more most " +
    "very use used using want wants need needs make makes made get gets set sets add adds added fix " +
    "fixes bug issue issues error expected actual currently please file files line lines code test " +
    "tests new old must may one two value values src lib see gives give"
  ).split(" "),
);

/** The words of an issue that may name something in the code, the most telling first. */
export function wordsOf(text: string): string[] {
  const found = new Map<string, number>();
  for (const token of text.match(/[\p{L}_$][\p{L}\p{N}_$-]{2,}/gu) ?? []) {
    const word = token.toLowerCase();
    if (ordinary.has(word)) continue;
    // fooBar, foo_bar and FOO are names, not prose.
    const weight = /[a-z][A-Z]|[_$]|[A-Z]{3}/.test(token) ? 3 : 1;
    found.set(word, (found.get(word) ?? 0) + weight);
  }
  return [...found]
    .sort(([a, x], [b, y]) => y - x || b.length - a.length || (a < b ? -1 : 1))
    .slice(0, wordsMax)
    .map(([word]) => word);
}

export interface Ranked {
  path: string;
  score: number;
  why: string;
}

/** Files that the issue names, or whose path or content shows its words; the best first. */
export async function rankFiles(
  workspace: Workspace,
  commit: string,
  paths: readonly string[],
  text: string,
): Promise<Ranked[]> {
  const scores = new Map<string, { score: number; why: Set<string> }>();
  const give = (path: string, score: number, why: string) => {
    const entry = scores.get(path) ?? { score: 0, why: new Set() };
    entry.score += score;
    entry.why.add(why);
    scores.set(path, entry);
  };
  for (const path of paths) {
    const name = path.split("/").pop() ?? path;
    if (text.includes(path)) give(path, 100, "named");
    else if (name.length > 4 && text.includes(name)) give(path, 60, "named");
  }
  const common = Math.max(3, paths.length * commonShare);
  const words = wordsOf(text);
  const found = await containing(workspace, commit, words);
  for (const [at, word] of words.entries()) {
    const named = paths.filter((path) => path.toLowerCase().includes(word));
    const hits = found[at] ?? [];
    if (named.length <= common) for (const path of named) give(path, 8 / Math.sqrt(named.length), word);
    if (hits.length <= common) for (const path of hits) give(path, 6 / Math.sqrt(hits.length), word);
  }
  return [...scores]
    .map(([path, { score, why }]) => ({ path, score, why: [...why].slice(0, 6).join(", ") }))
    .sort((a, b) => b.score - a.score || (a.path < b.path ? -1 : 1))
    .slice(0, rankedMax);
}

/** For each of the words the paths of the text files that hold it; none where git cannot say. */
async function containing(
  workspace: Workspace,
  commit: string,
  words: readonly string[],
): Promise<string[][]> {
  const grep = ["grep", "-I", "-i", "-l", "-z", "--fixed-strings", "-e"];
  const outcomes = await workspace.attempts(words.map((word) => [...grep, word, commit]));
  return outcomes.map(({ stdout }) =>
    textOf(stdout)
      .split("\0")
      .filter(Boolean)
      .map((hit) => hit.slice(commit.length + 1)),
  );
}
