import { z } from "zod";
import { Envelope } from "../domain/loop/events.ts";

/**
 * The REST API below `/api/v1`, JSON, `Authorization: Bearer <local token>`. Every command takes an
 * `Idempotency-Key`; the same key again gives the same answer. Errors are RFC 9457 problems.
 */

/** Starting settings; `.tamma.yml` of the base branch overrides them once it was read. */
const StartingConfig = z.record(z.string(), z.unknown()).optional();

/** A repository that is only a Git remote. */
export const PlainRepository = z.strictObject({
  /** Absolute path, file://, http(s):// or ssh URL of a Git repository that the runner can reach. */
  url: z.string().min(1).max(2_000),
  /** Branch to work on; asked by the caller (git ls-remote) because the control plane does no git. */
  defaultBranch: z.string().min(1).max(200),
  name: z.string().min(1).max(100).optional(),
  config: StartingConfig,
});

/** A repository on a platform, which says everything else about it. */
export const HostedRepository = z.strictObject({
  connection: z.string().min(1).max(40),
  /** `owner/name` */
  name: z.string().regex(/^[^/\s]{1,100}\/[^/\s]{1,100}$/, "must be owner/name"),
  /** Make the repository's webhook; without one, only what is started here by hand is worked on. */
  webhook: z.boolean().default(true),
  /** Propose the workflow file of the runner by a pull request. */
  workflow: z.boolean().default(false),
  /** The runner's action in that file, `OWNER/REPOSITORY/runner@COMMIT`; null: the published one. */
  actionRef: z.string().max(300).nullable().default(null),
  /** Labels of the machine that its jobs run on; null: a fresh one of the platform's. */
  runsOn: z
    .array(z.string().regex(/^[\w.-]{1,100}$/, "must be a label of letters, digits, . and -"))
    .min(1)
    .max(10)
    .nullable()
    .default(null),
  config: StartingConfig,
});

/** `POST /repositories` -> AddedRepository. The same one again gives the same one, and mends its set-up. */
export const AddRepository = z.union([PlainRepository, HostedRepository]);
export const Repository = z.object({
  connection: z.string(),
  id: z.string(),
  name: z.string(),
  url: z.string(),
  defaultBranch: z.string(),
});

/** What was done on the platform for a repository. */
export const RepositorySetUp = z.object({
  /** `renewed`: it was off, or signed with an older secret. `none`: it was not wanted. */
  webhook: z.enum(["made", "renewed", "there", "none"]),
  label: z.enum(["made", "there"]),
  /** Null: it was not wanted. `closed`: a person closed its pull request, to which `url` leads. */
  workflow: z
    .object({ state: z.enum(["proposed", "there", "closed"]), url: z.string().nullable() })
    .nullable(),
});

export const AddedRepository = Repository.extend({
  /** It was added before. */
  already: z.boolean(),
  /** Null for a repository that is only a Git remote. */
  setUp: RepositorySetUp.nullable(),
});

/** A row of a Durable Object takes 2 MB, with its encryption; control characters take six bytes in JSON. */
const issueTextBytesMax = 1_900_000;
const fitsARow = (text: string) => new TextEncoder().encode(JSON.stringify(text)).length <= issueTextBytesMax;

/** `POST /repositories/{id}/issues` -> Issue; `GET` lists, `GET /repositories/{id}/issues/{number}`. */
export const NewIssue = z.strictObject({
  title: z.string().trim().min(1).max(300),
  body: z
    .string()
    .max(1_000_000)
    .refine(
      fitsARow,
      `may have ${issueTextBytesMax} bytes as JSON; attach what is longer as a file in the repository`,
    )
    .default(""),
  labels: z.array(z.string().max(100)).max(100).default([]),
});
export const Issue = z.object({
  number: z.number().int(),
  title: z.string(),
  body: z.string(),
  state: z.enum(["open", "closed"]),
  labels: z.array(z.string()),
  author: z.string(),
  comments: z.array(z.object({ id: z.string(), author: z.string(), body: z.string(), at: z.number() })),
  /** The newest loop of this issue; null when there was none. */
  loop: z.string().nullable(),
});

/** `POST /loops` {repository, issue} -> {loop} (201), or the active loop of that issue (200). */
export const StartLoop = z.strictObject({
  repository: z.string(),
  issue: z.number().int().positive(),
  /** Ask `1 continue, 2 add context` before planning. */
  confirm: z.boolean().default(false),
  /** Approve ahead as the requester; only autopilot honours it. */
  preApprove: z.array(z.enum(["design", "complete"])).default([]),
});
/** `loop` is null while the issue waits for a slot; `position` is its place in the queue, 1 for the next. */
export const LoopStarted = z.object({
  loop: z.string().nullable(),
  already: z.boolean(),
  position: z.number().int(),
});

/** `POST /loops/{id}/checkpoints/{checkpoint}` -> CommandAnswer. `subject` is the one that was shown. */
export const DecideCheckpoint = z.strictObject({
  subject: z.string(),
  decision: z.enum(["approve", "change", "edit", "own", "reject"]),
  option: z.string().nullable().default(null),
  text: z.string().max(20_000).default(""),
  via: z.enum(["cli", "api", "--yes"]).default("api"),
});

/** `POST /loops/{id}/questions` -> CommandAnswer. */
export const AnswerQuestions = z.strictObject({
  answers: z.array(z.object({ question: z.string(), answer: z.string().max(20_000) })).min(1),
  via: z.enum(["cli", "api", "--yes"]).default("api"),
});

/** `POST /loops/{id}/escalations/{escalation}` -> CommandAnswer. */
export const ResolveEscalation = z.strictObject({
  choice: z.enum(["retry", "take-over", "split", "abandon"]),
  text: z.string().max(20_000).default(""),
});

/** `POST /loops/{id}/retry` (an obstacle is out of the way), `POST /loops/{id}/cancel` {reason}. */
export const CancelLoop = z.strictObject({ reason: z.string().max(2_000).default("") });

/** `POST /loops/{id}/escalate` {reason}: a person takes the loop. `POST /loops/{id}/pause` has no input. */
export const EscalateLoop = z.strictObject({ reason: z.string().max(2_000).default("") });

/** `POST /loops/{id}/comments`: a comment on the pull request; it opens a thread that the loop answers. */
export const NewComment = z.strictObject({
  text: z.string().trim().min(1).max(60_000),
  path: z.string().nullable().default(null),
  line: z.number().int().nonnegative().default(0),
});

/** `already`: the same was decided before, by whom and when; nothing changed now. */
export const CommandAnswer = z.object({
  accepted: z.boolean(),
  already: z.string().nullable(),
  seq: z.number().int(),
});

/** `GET /loops?state=active|all&repository=` -> newest first. */
export const LoopSummary = z.object({
  id: z.string(),
  repository: z.string(),
  repositoryName: z.string(),
  issue: z.number().int(),
  title: z.string(),
  word: z.string(),
  step: z.string(),
  /** What the loop waits for from a person, one line; null when nothing. */
  ask: z.string().nullable(),
  startedAt: z.number(),
  updatedAt: z.number(),
  costMicroUsd: z.number().int(),
});
export const LoopList = z.object({
  loops: z.array(LoopSummary),
  queued: z.array(z.object({ repository: z.string(), issue: z.number().int(), title: z.string() })),
  /** True when the projection cannot be read now and only loops in flight are listed. */
  degraded: z.boolean(),
});

/**
 * `GET /loops/{id}` -> LoopView (core/domain/loop/view.ts). `GET /loops/{id}/events?after=&limit=` ->
 * EventPage. `GET /loops/{id}/state?at=` -> { seq, state }. `GET /loops/{id}/verify` -> ChainReport. `GET
 * /loops/{id}/diff` -> text/x-diff. `GET /loops/{id}/log?job=` -> text.
 */
export const EventLine = z.object({
  seq: z.number().int(),
  at: z.number(),
  type: z.string(),
  actor: z.string(),
  /** The event in one line for people. */
  line: z.string(),
  payload: z.record(z.string(), z.unknown()),
  hash: z.string(),
});
export const EventPage = z.object({ events: z.array(EventLine), next: z.number().int() });
export const ChainReport = z.object({
  ok: z.boolean(),
  events: z.number().int(),
  head: z.string(),
  /** Sequence number of the first event that does not fit; null when all do. */
  brokenAt: z.number().int().nullable(),
  problem: z.string().nullable(),
});

/**
 * `GET /loops/{id}/rerun?from=` -> RerunReport: every command decided again by today's rules, compared with
 * the record (core/domain/audit/rerun.ts). Nothing is performed.
 */
export const RerunReport = z.object({
  same: z.boolean(),
  from: z.number().int(),
  commands: z.number().int(),
  events: z.number().int(),
  /** Events that were taken as they stand, because their command is not on record. */
  taken: z.number().int(),
  /** Effects that were wanted on the way, each once. */
  effects: z.number().int(),
  /** Null when nothing differs. `field` is a JSON Pointer into `{ at, actor, event }`. */
  difference: z
    .object({
      seq: z.number().int(),
      command: z.string(),
      commandType: z.string(),
      field: z.string(),
      recorded: z.unknown(),
      now: z.unknown(),
    })
    .nullable(),
});

/**
 * `GET /loops/{id}/record?after=&limit=` -> RecordPage: the events as they lie in the log, with all that
 * their hashes cover, so that the chain can be checked without the server.
 */
export const RecordPage = z.object({ envelopes: z.array(Envelope), next: z.number().int() });

/**
 * `GET /loops/{id}/logs?after=&job=` -> LogPage: the logs of all jobs (or of one) in the order in which they
 * came. `after` is the `next` of the page before, absent for the beginning; an empty page means: nothing new.
 */
export const LogPage = z.object({
  chunks: z.array(z.object({ job: z.string(), fence: z.number().int(), text: z.string() })),
  next: z.string(),
});

/** `GET /inbox` -> all that waits for a person. */
export const InboxItem = z.object({
  loop: z.string(),
  repositoryName: z.string(),
  issue: z.number().int(),
  title: z.string(),
  kind: z.enum(["checkpoint", "questions", "escalation", "obstacle"]),
  /** Checkpoint or escalation id; null otherwise. */
  id: z.string().nullable(),
  subject: z.string().nullable(),
  question: z.string(),
  since: z.number(),
});
export const Inbox = z.object({ items: z.array(InboxItem) });

/** `POST /runners` {name, publicKey: SPKI PEM} -> {runner}. `GET /providers/check` -> ProviderReport. */
export const EnrolRunner = z.strictObject({
  name: z.string().min(1).max(100),
  publicKey: z.string().max(2_000),
});
export const ProviderReport = z.object({
  provider: z.string(),
  model: z.string(),
  label: z.string().nullable(),
  ok: z.boolean(),
  problem: z.object({ kind: z.string(), message: z.string() }).nullable(),
});
/** `GET /runners` -> { runners }. `POST /runners/{id}/revoke` -> { revoked }: its key, tokens and leases. */
export const Runner = z.object({
  id: z.string(),
  name: z.string(),
  enrolledAt: z.number(),
  /** When it asked for a job last; null: never. */
  seenAt: z.number().nullable(),
  revokedAt: z.number().nullable(),
  /** What it says of itself; protection is named in `tools` by runners that say it. */
  labels: z.array(z.string()),
  tools: z.record(z.string(), z.string()),
});
/** `GET /repositories/{id}/settings` -> what its next loop starts with, and where each value comes from. */
export const RepositorySettings = z.object({
  repository: Repository,
  /** `set`: by `source`. `detected`: the runner finds it out from the project, value null. */
  settings: z.array(
    z.object({ key: z.string(), value: z.unknown(), from: z.enum(["default", "set", "detected"]) }),
  ),
  /** `branch`: `.tamma.yml` of the default branch, as a runner read it. `person`: with the repository. */
  source: z.object({ by: z.enum(["person", "branch"]), at: z.number() }).nullable(),
});
/** `GET /server` -> ServerReport: that the token is good, for whom, and what runs there. */
export const ServerReport = z.object({
  version: z.string(),
  /** The server's clock, milliseconds since the epoch. */
  now: z.number(),
  user: z.string(),
  runnerProtocol: z.number().int(),
});
/** `POST /login-links` -> a one-time path below `/app` that signs the browser in; valid for ten minutes. */
export const LoginLink = z.object({ path: z.string(), expiresAt: z.number() });

/** `POST /server/resume` -> Resumed. Wakes every loop that may have work; a host asks it when it starts. */
export const Resume = z.strictObject({
  /** Also does again what was done and is still wanted: after a restore a neighbour may not know of it. */
  again: z.boolean().default(false),
  /** Also wakes loops that wait for a person: after the clock was set back their alarms come too late. */
  waiting: z.boolean().default(false),
});
export const Resumed = z.object({
  repositories: z.number().int(),
  loops: z.number().int(),
  /** Objects that could not be woken; their alarms come back to them. */
  failed: z.number().int(),
});
/** `POST /server/drain` -> Draining. Nothing new is begun until the server is started again. */
export const Draining = z.object({
  /** Requests and effects that are still under way. */
  inFlight: z.number().int(),
});
/** `POST /server/reconcile` -> ReconcileReport. */
export const Reconcile = z.strictObject({
  /** For a stream of which both sides went on: D1's events hold, and the object's own are set aside. */
  setAside: z.boolean().default(false),
});
export const StreamReport = z.object({
  stream: z.string(),
  /** `copied`: D1 was behind and has all again. `rebuilt`: the object was behind and has all again. */
  outcome: z.enum(["equal", "copied", "rebuilt", "refused"]),
  /** Number of the newest event on each side before anything was done; null when it could not be asked. */
  object: z.number().int().nullable(),
  d1: z.number().int().nullable(),
  /** What was found and done, or why nothing was. */
  text: z.string(),
});
export const ReconcileReport = z.object({ streams: z.array(StreamReport) });

/** `GET /health`, without a token. `degraded`: the work goes on, and something waits. */
export const Health = z.object({
  status: z.enum(["ok", "degraded", "down"]),
  /** In words; "ok" for a part that is well. */
  parts: z.record(z.string(), z.string()),
});

/** RFC 9457, with a stable code and the next thing to do. */
export const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string(),
  code: z.string(),
  todo: z.string(),
});

/**
 * `POST /loops/{loop}/ticket`: shown once by the run of CI that does the loop's jobs. Whoever shows it
 * first is let in, for this loop alone.
 */
export const Ticket = z.object({ ticket: z.string(), expiresAt: z.number() });

export type AddedRepository = z.infer<typeof AddedRepository>;
export type RepositorySetUp = z.infer<typeof RepositorySetUp>;
export type Repository = z.infer<typeof Repository>;
export type Issue = z.infer<typeof Issue>;
export type StartLoop = z.infer<typeof StartLoop>;
export type DecideCheckpoint = z.infer<typeof DecideCheckpoint>;
export type CommandAnswer = z.infer<typeof CommandAnswer>;
export type LoopSummary = z.infer<typeof LoopSummary>;
export type LoopList = z.infer<typeof LoopList>;
export type EventLine = z.infer<typeof EventLine>;
export type EventPage = z.infer<typeof EventPage>;
export type ChainReport = z.infer<typeof ChainReport>;
export type RecordPage = z.infer<typeof RecordPage>;
export type LogPage = z.infer<typeof LogPage>;
export type Runner = z.infer<typeof Runner>;
export type RepositorySettings = z.infer<typeof RepositorySettings>;
export type ServerReport = z.infer<typeof ServerReport>;
export type RerunReport = z.infer<typeof RerunReport>;
export type Inbox = z.infer<typeof Inbox>;
export type InboxItem = z.infer<typeof InboxItem>;
export type ProviderReport = z.infer<typeof ProviderReport>;
export type Resume = z.infer<typeof Resume>;
export type Resumed = z.infer<typeof Resumed>;
export type Reconcile = z.infer<typeof Reconcile>;
export type StreamReport = z.infer<typeof StreamReport>;
export type ReconcileReport = z.infer<typeof ReconcileReport>;
export type Health = z.infer<typeof Health>;
export type Problem = z.infer<typeof Problem>;
export type Ticket = z.infer<typeof Ticket>;
