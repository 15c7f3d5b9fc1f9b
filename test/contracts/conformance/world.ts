import type { PlatformAccess, PlatformRepository } from "@tamma/core/ports/platform-repository.ts";
import type { SimulatedForge } from "../../forge/index.ts";

export type Dialect = "github" | "gitea";
export type PlatformId = Dialect | "plain-git";

/**
 * Who takes part: `ann` administrates the repository, `bob` may write, `eve` is nobody there. On a real
 * server `ann` has the account that Tamma uses, the others have tokens of their own, or are not there.
 */
export type Role = "ann" | "bob" | "eve";

/** What a person does on the platform by its own pages or interfaces, never through an adapter. */
export interface Person {
  readonly login: string;
  openIssue(made: {
    title: string;
    body?: string;
    labels?: string[];
  }): Promise<{ id: string; number: number }>;
  /** The comment's id. */
  comment(number: number, body: string): Promise<string>;
  label(number: number, change: { add?: string[]; remove?: string[] }): Promise<void>;
  closeIssue(number: number): Promise<void>;
  /** One commit on a branch, which begins at the default branch when it is new; the commit. */
  push(branch: string, files: Readonly<Record<string, string>>): Promise<string>;
  review(
    number: number,
    review: {
      verdict: "approved" | "changes-requested";
      body: string;
      sha: string;
      at?: { path: string; line: number; body: string };
    },
  ): Promise<void>;
  reportStatus(status: { sha: string; context: string; state: StatusState }): Promise<void>;
  /** Copies the repository, changes a file in the copy and proposes it; the number of the pull request. */
  proposeFromFork(file: string): Promise<number>;
}

type StatusState = "pending" | "success" | "failure" | "error";

/** What an administrator changes. */
export interface Rules {
  protect(branch: string, rules: { checks: string[]; approvals?: number }): Promise<void>;
  /** "none" takes the right away. */
  allow(role: Role, permission: "write" | "none"): Promise<void>;
  archive(archived: boolean): Promise<void>;
}

/** What anybody sees there that no port of Tamma's reads. */
export interface Looks {
  issue(number: number): Promise<{ state: string; assignees: string[] }>;
  reactions(comment: string): Promise<number>;
  /** How many labels have this name. */
  labelsNamed(name: string): Promise<number>;
}

/** One repository on a platform: what Tamma sees of it, and what people do there. */
export interface World extends AsyncDisposable {
  /** `owner/name` */
  readonly name: string;
  /** Its default branch. */
  readonly main: string;
  /** Tamma's own view, as `bot`, who administrates the repository. */
  readonly forge: PlatformRepository;
  readonly bot: string;
  readonly people: Readonly<Record<Role, Person>>;
  /** A person with Tamma's account, who opened its pull requests. */
  readonly ownAccount: Pick<Person, "review">;
  readonly rules: Rules;
  readonly looks: Looks;
  /** How Tamma gets in; null where there is nothing to get into. */
  readonly access: PlatformAccess | null;
  /** The same view with somebody else's token. */
  as(role: Role): Promise<PlatformRepository>;
  withToken(token: string): Promise<PlatformRepository>;
  /** Where a webhook may lead that nobody answers. */
  readonly nowhere: string;
  /** Until an answer that the platform finds out in its own time has to be there, in milliseconds. */
  readonly patienceMs: number;
  /** Only of a simulated platform: its faults, its tokens, its CI. */
  readonly simulated: SimulatedForge | null;
}

/** What a case needs that not every place has. */
export type Need =
  | "faults"
  | "tokens"
  | "ci-runner"
  | "bob"
  | "eve"
  | "fork"
  | "rights"
  | "hundreds"
  | "protection";

/** A place where the suite runs. */
export interface Ground {
  readonly platform: PlatformId;
  /** Stands before each title. */
  readonly title: string;
  /** Why a case that needs this cannot run here; null: it can. */
  lacks(need: Need): string | null;
  /** How long one case may take, in milliseconds. */
  readonly caseMs: number;
  open(): Promise<World>;
}

/** What each platform wants of a token that does all this. */
export const scopes: Record<Dialect, string[]> = {
  github: ["repo", "workflow"],
  gitea: ["write:repository", "write:issue", "read:user"],
};

export const host = { fetch, now: () => Date.now(), pause: async () => {} };

const workflow = [
  "name: Tamma",
  `run-name: Job ${"$"}{{ inputs.correlation }}`,
  "on:\n  workflow_dispatch:\n    inputs:\n      correlation:\n        type: string",
  "jobs:\n  work:\n    runs-on: ubuntu-latest\n    steps: []\n",
].join("\n");

export const lines = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, n) => `line ${from + n}`).join("\n");

/** The file that branches change, as the default branch has it. */
export const original = `${lines(1, 60)}\n`;

/** What the default branch holds. */
export const filesOf = (platform: PlatformId): Record<string, string> => ({
  "a.ts": original,
  "README.md": "# Shop\n",
  ...(platform === "plain-git" ? {} : { [`.${platform}/workflows/tamma.yml`]: workflow }),
});

let branches = 0;

/** A new branch with one commit that changes line 10 of `a.ts`. */
export async function branchOf(world: World): Promise<{ branch: string; head: string }> {
  branches += 1;
  const branch = `tamma/${process.pid}-${branches}`;
  const text = `${lines(1, 9)}\nchanged by ${branches}\n${lines(11, 60)}\n`;
  return { branch, head: await world.people.ann.push(branch, { "a.ts": text }) };
}

/** An open draft of Tamma's from such a branch. */
export async function pullOf(world: World) {
  const made = await branchOf(world);
  const request = { branch: made.branch, base: world.main, title: "Round", body: "Why.", draft: true };
  return { ...made, ref: await world.forge.codeHost.openPullRequest(request) };
}
