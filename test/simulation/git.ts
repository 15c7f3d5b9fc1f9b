import type { Sha } from "@tamma/core/domain/ids.ts";
import type { Patch } from "@tamma/core/domain/loop/evidence.ts";
import type { Dice } from "./dice.ts";

/** The gates of which a tree itself decides whether they pass. */
export const treeTruths = ["implement", "build", "test", "scan", "ci", "review"] as const;
export type TreeTruth = (typeof treeTruths)[number];

/** What is wrong with a tree, as the fingerprint that its failure would have; null where nothing is. */
export type Truth = Record<TreeTruth, string | null>;

interface Commit {
  tree: Sha;
  parents: Sha[];
}

export interface Merge {
  branch: string;
  head: Sha;
  sha: Sha;
}

/** The Git repository: the one place that no fault of ours can set back. */
export class GitWorld {
  readonly branches = new Map<string, Sha>();
  readonly merges: Merge[] = [];
  /** What somebody else put on a branch, and how much was merged by then. */
  readonly foreign: { branch: string; merges: number }[] = [];
  /** Called after each push, with the branch. */
  onPush: (branch: string) => void = () => {};
  readonly #commits = new Map<Sha, Commit>();
  readonly #truths = new Map<Sha, Truth>();
  readonly #dice: Dice;
  #made = 0;

  constructor(dice: Dice) {
    this.#dice = dice;
    this.branches.set("main", this.commit(this.tree(1), []));
  }

  get main(): Sha {
    return this.branches.get("main") as Sha;
  }

  /** A new tree; each of its truths is good with this probability, or only that of `weak` may be bad. */
  tree(skill: number, weak: TreeTruth | null = null): Sha {
    const sha = this.#name("7");
    const fails = (gate: TreeTruth) => {
      const good = (weak !== null && weak !== gate) || this.#dice.chance(skill);
      // Each failure is one of its own: the same one twice would end the retries.
      return good ? null : `wall-${this.#made}`;
    };
    const truth = Object.fromEntries(treeTruths.map((gate) => [gate, fails(gate)])) as Truth;
    this.#truths.set(sha, truth);
    return sha;
  }

  /** A tree that is as good and as bad as another one. */
  treeLike(other: Sha): Sha {
    const sha = this.#name("7");
    this.#truths.set(sha, this.truthOf(other));
    return sha;
  }

  truthOf(tree: Sha): Truth {
    const truth = this.#truths.get(tree);
    if (!truth) throw new Error(`there is no tree ${tree}`);
    return truth;
  }

  commit(tree: Sha, parents: Sha[]): Sha {
    const sha = this.#name("c");
    this.#commits.set(sha, { tree, parents });
    return sha;
  }

  commitOf(sha: Sha): Commit {
    const commit = this.#commits.get(sha);
    if (!commit) throw new Error(`there is no commit ${sha}`);
    return commit;
  }

  /** Moves a branch if it is where `expected` says; a null means that it is not there yet. */
  push(branch: string, expected: Sha | null, sha: Sha): boolean {
    if ((this.branches.get(branch) ?? null) !== expected) return false;
    this.branches.set(branch, sha);
    this.onPush(branch);
    return true;
  }

  /** Somebody else pushes a commit on top of `head`. */
  pushByOther(branch: string, head: Sha, tree: Sha): Sha {
    const sha = this.commit(tree, [head]);
    this.foreign.push({ branch, merges: this.merges.length });
    this.push(branch, head, sha);
    return sha;
  }

  /** Merges of a branch that has nothing else on it than what was merged before. */
  doubled(): string[] {
    return this.merges.filter(({ branch }, at) => this.#mergedSince(branch, at)).map(({ branch }) => branch);
  }

  #mergedSince(branch: string, at: number): boolean {
    const before = this.merges.slice(0, at).findLastIndex((merge) => merge.branch === branch);
    if (before < 0) return false;
    return !this.foreign.some((push) => push.branch === branch && push.merges > before && push.merges <= at);
  }

  /** The commit that brought `head` into main, or null. */
  mergeOf(head: Sha): Sha | null {
    return this.merges.find((merge) => merge.head === head)?.sha ?? null;
  }

  merge(branch: string, head: Sha): Sha {
    const sha = this.commit(this.commitOf(head).tree, [this.main, head]);
    this.branches.set("main", sha);
    this.merges.push({ branch, head, sha });
    return sha;
  }

  #name(first: string): Sha {
    this.#made += 1;
    return `${first}${this.#made.toString(16).padStart(39, "0")}`;
  }
}

const path = "src/round.ts";

/** Every patch changes the same line: what it does is in the truth of its tree. */
export const diffText = [
  `diff --git a/${path} b/${path}`,
  `index ${"1".repeat(40)}..${"2".repeat(40)} 100644`,
  `--- a/${path}`,
  `+++ b/${path}`,
  "@@ -1 +1 @@",
  "-return Math.floor(value);",
  "+return Math.round(value);",
  "",
].join("\n");

export function patchOf(base: Sha, tree: Sha, diff: Patch["diff"]): Patch {
  const modes = { modeBefore: "100644", modeAfter: "100644", binary: false, added: 1, removed: 1 };
  return {
    ...{ base, tree, diff },
    files: [{ path, status: "modified", ...modes }],
    commits: [{ message: "Round half up", paths: [path] }],
  };
}
