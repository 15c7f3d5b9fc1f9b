import type { Instant, LoopId, MicroUsd, Sha } from "../ids.ts";
import type { CallName, JobKind, JobPurpose } from "./events/control.ts";
import type { Begun, CheckpointKind, EscalationCard } from "./events/people.ts";
import type {
  BlobRef,
  Check,
  Evidence,
  Patch,
  ScanFinding,
  SignatureChange,
  Verdict,
  Weakening,
} from "./evidence.ts";
import type { GateName, StepName } from "./pipeline.ts";
import type { Design, ModelTask, Plan, Question, Review } from "./proposal.ts";
import type { IssueSnapshot, LoopSettings, Person, RepositoryRef, Via } from "./work.ts";

/**
 * A loop: not started, active with exactly one thing it is doing, escalated, or ended.
 * What it is doing decides which effects and timers are wanted (react.ts), so a loop can never stand still
 * unseen.
 */
export type Loop = { state: "not-started" } | Active | EscalatedLoop | Ended;

export interface Active {
  state: "active";
  step: StepName;
  doing: Doing;
  facts: Facts;
}

export interface EscalatedLoop {
  state: "escalated";
  step: StepName;
  card: EscalationCard;
  since: Instant;
  facts: Facts;
}

export interface Ended {
  state: "ended";
  step: StepName;
  outcome: "merged" | "rejected" | "abandoned" | "cancelled";
  reason: string;
  at: Instant;
  facts: Facts;
}

/** The one thing an active loop is doing or waiting for. */
export type Doing =
  /**
   * A call to the platform or the coordinator; its answer is a command. `n` makes its key unique. `queued`:
   * the platform merges in its own time.
   */
  | { kind: "call"; call: CallName; n: number; since: Instant; queued?: true }
  | { kind: "model"; task: ModelTask; n: number; notBefore: Instant; since: Instant }
  | { kind: "job"; job: Job; since: Instant }
  | { kind: "checkpoint"; checkpoint: Checkpoint; since: Instant }
  | { kind: "questions"; askedBy: "plan" | "implement"; since: Instant }
  | { kind: "obstacle"; obstacle: Obstacle; since: Instant }
  /** `asked`: how often they were asked for again; `silent`: people know that none has begun. */
  | { kind: "checks"; sha: Sha; n: number; since: Instant; asked?: number; silent?: true }
  /** Only inside a batch: something ended and the next thing is not decided yet. Never at rest. */
  | { kind: "deciding" };

export interface Job {
  id: string;
  n: number;
  kind: JobKind;
  purpose: JobPurpose;
  notBefore: Instant;
  /** 0 until the first lease; grows by one with each lease of this loop's jobs. */
  fence: number;
  runner: string | null;
  leasesLost: number;
}

export interface Checkpoint {
  id: string;
  kind: CheckpointKind;
  subject: string;
  persons: number;
  notRequester: boolean;
  reserved: string[];
  question: string;
  approvals: { by: Person; option: string | null; via: Via; at: Instant }[];
}

export interface Obstacle {
  obstacle: "dirty-tree" | "take-over" | "provider" | "runner" | "paused";
  what: string;
  todo: string;
  /** What is begun again afterwards, when something was broken off. */
  brokenOff?: Begun;
}

/** What has been established so far; only `evolve` changes it. */
export interface Facts {
  loop: LoopId;
  claim: string;
  issue: IssueSnapshot;
  repository: RepositoryRef;
  requester: Person;
  settings: LoopSettings;
  startedAt: Instant;
  /** Time of the newest event; limits on active and total time count from `startedAt`. */
  now: Instant;
  slotHeld: boolean;
  mergeTurnHeld: boolean;
  mergeTurns: number;
  /** The last merge turn that was granted; null before the first one, and where a log gives it no name. */
  mergeTurn: string | null;
  /**
   * The last merge job, and the head that a runner was given with it: that head may be merged, whatever
   * became of the runner, until one looked and said that it is not. Null: no job, or no runner had it.
   */
  merging: { job: string; head: Sha | null } | null;
  /** Where the loop goes on after a slot was granted again; null when it is not waiting for one. */
  resume: Resume | null;

  base: Sha | null;
  context: BlobRef | null;
  hasTests: boolean;
  clarifications: (Question & { answer: string | null })[];
  /** Words added by people, oldest first. */
  instructions: string[];
  plan: Plan | null;
  design: Design | null;
  planHash: string | null;
  option: string | null;

  branch: string | null;
  /** The commit of the default branch that the branch contains. */
  branchBase: Sha | null;
  /** The head that we know of; another one seen on the platform is somebody's push. */
  head: Sha | null;
  /** Somebody else moved the branch and the new head was not verified yet. */
  headMoved: boolean;
  pullRequest: { id: string; number: number; url: string; draft: boolean } | null;

  /** All work so far against `base`; null before the first develop job. */
  patch: Patch | null;
  /** The head whose review and approval may be carried over: the last push was our own unchanged rebase. */
  rebasedFrom: Sha | null;
  /** Where the default branch is now, while the patch is still on the old base. */
  rebaseOnto: Sha | null;
  lockedTests: { path: string; sha256: string }[];
  /** Are the locked tests on the branch? Before that a person's push cannot have weakened them. */
  testsPublished: boolean;
  measured: {
    tree: Sha;
    signatures: SignatureChange[];
    scan: ScanFinding[];
    absentScanners: string[];
    unproven: boolean;
  } | null;
  weakened: { tree: Sha; items: Weakening[] } | null;
  pushed: { sha: Sha; tree: Sha } | null;
  /** Passed verdicts by gate with the tree or sha that they hold for. */
  passed: Partial<Record<GateName, { subject: string; verdict: Verdict }>>;
  /** `report` counts the reports of this loop: the same commit may be checked again and end otherwise. */
  checks: { sha: Sha; checks: Check[]; report: number } | null;
  review: { sha: Sha; review: Review } | null;
  threads: Thread[];

  attempts: Record<GateName, Attempts>;
  /** The failure that the next develop job has to mend. */
  failure: { gate: GateName; evidence: Evidence } | null;
  approvals: Approval[];
  /** A person's no, or wish for a change: what a second decision at that checkpoint is told. */
  declined: { checkpoint: string; decision: "change" | "reject"; by: string; text: string; at: Instant }[];

  jobs: number;
  fences: number;
  calls: number;
  asks: number;
  checkpoints: number;
  escalations: number;
  waits: number;
  /** Reminders sent for the present wait, and postponements of the present model work. */
  reminders: number;
  postpones: number;
  develops: number;
  addressRounds: number;

  /** How often the words of Tamma's own status changed; absent where it reports none. */
  words?: number;
  /** When they changed last. */
  wordsAt?: Instant;
  /** Titles of the issues that shall be opened instead of this one; empty unless a person split it. */
  split: string[];
  budget: Budget;
}

/** Attempts of one gate since the last decision of a person about it. */
export interface Attempts {
  failed: number;
  open: boolean;
  /** Evidence of the failed ones, newest last. */
  evidence: { n: number; summary: string; fingerprint: string; excerpt: string }[];
}

export interface Thread {
  id: string;
  author: string;
  person: boolean;
  path: string | null;
  line: number;
  text: string;
  reply: string | null;
}

/** A person's yes, bound to a subject. It counts while `stale` is null. */
export interface Approval {
  checkpoint: string;
  kind: CheckpointKind;
  subject: string;
  option: string | null;
  by: Person;
  via: Via;
  at: Instant;
  stale: string | null;
}

export interface Budget {
  max: MicroUsd;
  spent: MicroUsd;
  /** Reservations in flight by turn id. */
  reserved: Record<string, { amount: MicroUsd; deadline: Instant }>;
  turns: number;
}

/** Where to go on: at a step, or with the verification of a head that somebody pushed. */
export type Resume = { at: StepName; gate: GateName | null } | { at: "take-over" };

export type LiveLoop = Active | EscalatedLoop;
