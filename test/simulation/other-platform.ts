import type { Check } from "@tamma/core/domain/loop/evidence.ts";
import type { MergeOutcome, MergeRefusal } from "@tamma/core/domain/platform/merging.ts";
import { type MergeRequest, type Platform, PlatformError } from "@tamma/core/ports/platform.ts";
import type { Dice } from "./dice.ts";
import type { Faults } from "./faults.ts";
import type { GitWorld } from "./git.ts";
import { forever, type Kernel, type Life } from "./kernel.ts";

/** A comment as everybody can read it on the platform; its key is in its text. */
interface Comment {
  target: string;
  key: string;
  body: string;
}
interface Pull {
  number: number;
  branch: string;
  draft: boolean;
  state: "open" | "closed" | "merged";
  /** The head that stands in the platform's merge queue; null: none does. */
  queued: string | null;
}

const callMsMax = 250;
/** How often a merge is queued, how long it stands there, and how often it leaves the queue unmerged. */
const queuedShare = 0.3;
const queueMsMax = 600_000;
const leavesShare = 0.1;
/** How often a rule of the platform is not met when it is asked. */
const blockedShare = 0.03;
const pullsFrom = 100;

/** A platform that is not ours: issues, pull requests and checks, each call over a network that may fail. */
export class OtherTracker {
  readonly comments: Comment[] = [];
  readonly pulls: Pull[] = [];
  readonly issues: { key: string; title: string }[] = [];
  readonly closed = new Set<string>();
  readonly labels = new Map<string, Set<string>>();
  readonly checks = new Map<string, Check[]>();
  /** Tamma's own verdicts, in the order in which they came. */
  readonly statuses: string[] = [];
  /** How often it did not want to merge for a reason of its own. */
  noes = 0;
  /** Called for each merge that the platform did, with its branch. */
  onMerged: (branch: string, head: string) => void = () => {};
  /** Called when checks of a commit are asked for the first time. */
  onAsked: (sha: string) => void = () => {};
  readonly kernel: Kernel;
  readonly faults: Faults;
  readonly dice: Dice;
  readonly git: GitWorld;

  constructor(world: { kernel: Kernel; faults: Faults; dice: Dice; git: GitWorld }) {
    this.git = world.git;
    this.kernel = world.kernel;
    this.faults = world.faults;
    this.dice = world.dice;
  }

  /** Posts once per key: the key is looked for first, as an adapter does. */
  post(target: string, key: string, body: string): void {
    const known = this.comments.find((each) => each.target === target && each.key === key);
    if (known) known.body = body;
    else this.comments.push({ target, key, body });
  }

  /** Merges as GitHub and Gitea do: never another head, and into no other base than the proven one. */
  merge(number: number, { head, base, queued }: MergeRequest): MergeOutcome {
    const pull = this.pulls.find((each) => each.number === number);
    if (!pull) throw new PlatformError({ kind: "not-found", operation: "merge", message: `#${number}` });
    const refused = (refusal: MergeRefusal) => ({ state: "refused", refusal }) as const;
    const sha = this.git.mergeOf(head);
    if (pull.state === "merged" && sha) return { state: "merged", sha };
    if (pull.state !== "open") return refused({ why: "blocked", words: "it is closed" });
    const there = this.git.branches.get(pull.branch) ?? null;
    if (there !== head) return refused({ why: "head-moved", head: there });
    if (pull.queued === head) return { state: "queued" };
    if (queued) return refused({ why: "blocked", words: "it left the queue" });
    if (this.git.main !== base) return refused({ why: "base-moved", base: this.git.main });
    if (this.#says(blockedShare)) return refused({ why: "blocked", words: "a rule is not met" });
    if (!this.dice.chance(queuedShare)) return { state: "merged", sha: this.#mergeNow(pull, head) };
    pull.queued = head;
    this.kernel.after(this.dice.between(1_000, queueMsMax), forever, () => this.#leavesQueue(pull, base));
    return { state: "queued" };
  }

  /** The queue merges what it was given, unless it moved meanwhile or the queue's own checks failed. */
  #leavesQueue(pull: Pull, base: string): void {
    const head = pull.queued;
    pull.queued = null;
    const stands = head !== null && this.git.branches.get(pull.branch) === head && this.git.main === base;
    if (!stands || pull.state !== "open" || this.#says(leavesShare)) return;
    this.#mergeNow(pull, head);
  }

  #says(noShare: number): boolean {
    const no = this.dice.chance(noShare);
    if (no) this.noes += 1;
    return no;
  }

  #mergeNow(pull: Pull, head: string): string {
    const sha = this.git.merge(pull.branch, head);
    Object.assign(pull, { state: "merged", draft: false });
    this.onMerged(pull.branch, head);
    return sha;
  }
}

/** The platform for one instance of an object. */
export function otherPlatform(tracker: OtherTracker, life: Life): Platform {
  const call = async <T>(operation: string, work: () => T): Promise<T> => {
    const { kernel, faults, dice } = tracker;
    await kernel.sleep(dice.fraction() * callMsMax, life);
    const fault = (message: string) => new PlatformError({ kind: "transient", operation, message });
    if (faults.strike("request-lost", "platform", operation)) throw fault("no connection");
    const value = work();
    await kernel.sleep(dice.fraction() * callMsMax, life);
    if (faults.strike("answer-lost", "platform", operation)) throw fault("the answer was lost");
    return value;
  };
  const label = (target: string, more: readonly string[]) => {
    tracker.labels.set(target, new Set([...(tracker.labels.get(target) ?? []), ...more]));
  };
  return {
    codeHost: codeHost(tracker, call, label),
    issues: {
      addLabels: (issue, labels) => call("addLabels", () => label(`issue:${issue.number}`, labels)),
      removeLabels: (issue, labels) =>
        call("removeLabels", () => {
          for (const each of labels) tracker.labels.get(`issue:${issue.number}`)?.delete(each);
        }),
      upsertComment: (issue, key, body) =>
        call("comment", () => tracker.post(`issue:${issue.number}`, key, body)),
      closeIssue: (issue) => call("closeIssue", () => void tracker.closed.add(issue.id)),
      assign: () => noLoopDoes("assign"),
      react: () => noLoopDoes("react"),
      createIssue: ({ key, title }) =>
        call("createIssue", () => {
          const known = tracker.issues.findIndex((each) => each.key === key);
          return known >= 0 ? known + 1 : tracker.issues.push({ key, title });
        }),
    },
    ci: {
      checks: (sha) =>
        call("checks", () => {
          if (!tracker.checks.has(sha)) tracker.onAsked(sha);
          return tracker.checks.get(sha) ?? [];
        }),
      requiredChecks: () => noLoopDoes("requiredChecks"),
      unreported: async () => [],
      reportStatus: (sha, name, { state }) =>
        call("reportStatus", () => void tracker.statuses.push(`${sha} ${name} ${state}`)),
    },
    runs: ciRuns(tracker, call),
  };
}

/** One run of one job for each commit whose checks have reported; its log names the wall. */
function ciRuns(tracker: OtherTracker, call: Call): Platform["runs"] {
  const stateOf = (sha: string) => tracker.checks.get(sha)?.[0]?.state ?? "pending";
  const log = (sha: string) => {
    const wall = tracker.git.truthOf(tracker.git.commitOf(sha).tree).ci;
    // Letters: numbers are left out where two failures are compared.
    return wall?.replace(/\d/g, (digit) => "abcdefghij"[Number(digit)] ?? "") ?? null;
  };
  return {
    dispatch: () => noLoopDoes("dispatch"),
    started: () => noLoopDoes("started"),
    run: () => noLoopDoes("run"),
    runsFor: (sha) =>
      call("runsFor", () => {
        const state = stateOf(sha);
        if (state === "pending") return [];
        return [{ id: sha, url: "/run", sha, branch: "", state, startedAt: null }];
      }),
    jobs: (run) => call("jobs", () => [{ id: run, name: "build", state: "failed" }]),
    log: (job) => call("log", () => log(job)),
    cancel: () => noLoopDoes("cancel"),
    rerunFailed: () => noLoopDoes("rerunFailed"),
  };
}

/** A loop that begins to need it fails here, and says what the simulation has to learn. */
async function noLoopDoes(operation: string): Promise<never> {
  throw new Error(`the simulated platform has no ${operation} yet`);
}

type Call = <T>(operation: string, work: () => T) => Promise<T>;

function codeHost(
  tracker: OtherTracker,
  call: Call,
  label: (target: string, more: readonly string[]) => void,
): Platform["codeHost"] {
  const change = (number: number, more: Partial<Pull>) => {
    const pull = tracker.pulls.find((each) => each.number === number);
    if (pull && pull.state !== "merged") Object.assign(pull, more);
  };
  return {
    openPullRequest: ({ branch, draft }) =>
      call("openPullRequest", () => {
        const open = tracker.pulls.find((each) => each.branch === branch && each.state === "open");
        const number = open?.number ?? pullsFrom + tracker.pulls.length;
        if (!open) tracker.pulls.push({ number, branch, draft, state: "open", queued: null });
        return { id: String(number), number, url: `/pull/${number}` };
      }),
    setDraft: ({ number }, draft) => call("setDraft", () => change(number, { draft })),
    upsertComment: ({ number }, key, body) =>
      call("comment", () => tracker.post(`pull:${number}`, key, body)),
    addLabels: ({ number }, labels) => call("addLabels", () => label(`pull:${number}`, labels)),
    submitReview: ({ number }, { key, summary }) =>
      call("review", () => tracker.post(`pull:${number}`, `review:${key}`, summary)),
    replyToThread: ({ number }, _, key, text) =>
      call("reply", () => tracker.post(`pull:${number}`, `reply:${key}`, text)),
    updatePullRequest: () => noLoopDoes("updatePullRequest"),
    requestReviewers: () => noLoopDoes("requestReviewers"),
    resolveThread: () => noLoopDoes("resolveThread"),
    merge: ({ number }, how) => call("merge", () => tracker.merge(number, how)),
    deleteBranch: (branch, head) =>
      call("deleteBranch", () => {
        if (tracker.git.branches.get(branch) === head) tracker.git.branches.delete(branch);
      }),
    closePullRequest: ({ number }) => call("close", () => change(number, { state: "closed" })),
    recordMerge: () => noLoopDoes("recordMerge"),
  };
}
