import { z } from "zod";
import { Instant, LoopId, Sha } from "../domain/ids.ts";
import { JobResult, JobSpec } from "../domain/loop/jobs.ts";
import { loopWords } from "../domain/loop/view.ts";
import { RepositoryRef } from "../domain/loop/work.ts";
import { ProjectConfig } from "../domain/project-config.ts";
import { TurnAnswer, TurnError, TurnRequest } from "./model-turn.ts";

/** Raised when the wire changes in a way that an older runner cannot speak. */
export const runnerProtocol = 1;

/** A UUID, with room for a prefix. */
const instanceCharsMax = 64;
/** A runner does at most 32 jobs at once; a lease that ended long ago cannot be given again. */
export const receivedMax = 200;
/** After that many kills in a row the rest is said with the next request. */
export const goneMax = 100;

/** Tokens of CI systems have one to two kilobytes; ours are shorter. */
const proofCharsMax = 8_000;
/** At least 128 bits, written as text. */
const claimCharsMin = 22;

/**
 * An enrolled runner proves itself with its Ed25519 key. The signature (base64) is over
 * `tamma-runner-token\n<runner>\n<at>\n<nonce>`; `at` may be 60 s off; a nonce is used once.
 */
export const KeyProof = z.object({
  runner: z.string(),
  at: Instant,
  nonce: z.string(),
  signature: z.string(),
});
/**
 * A run of a platform's CI proves itself with the token that its platform signed for it (OpenID Connect),
 * with this server's origin as audience. Each is taken once. `loop`: the one that the run is for; null for
 * all of its repository.
 */
export const RunProof = z.object({
  idToken: z.string().min(1).max(proofCharsMax),
  loop: LoopId.nullable().default(null),
});
/**
 * A run without such tokens shows the ticket that Tamma made for it. `claim` is a secret that the runner
 * draws: a ticket belongs to the first claim that comes with it, so that a lost answer can be asked for
 * again, and whoever finds the ticket later has nothing.
 */
export const TicketProof = z.object({
  ticket: z.string().min(1).max(proofCharsMax),
  claim: z.string().min(claimCharsMin).max(proofCharsMax),
});
/** A token of a CI run that is still good is exchanged for a fresh one, within the time of its run. */
export const RenewProof = z.object({ token: z.string().min(1).max(proofCharsMax) });

/** `POST /runner/v1/token`: one of four proofs for a token of 15 minutes. */
export const TokenRequest = z.union([KeyProof, RunProof, TicketProof, RenewProof]);
/** `loop`: the only one whose jobs the token opens; null when it is not bound to one. */
export const TokenResponse = z.object({
  token: z.string(),
  expiresAt: Instant,
  loop: z.string().nullable().default(null),
});

/** Kinds of jobs. A machine that may push need not be one that runs the project's code. */
export const JobKind = z.enum(["survey", "open", "develop", "verify", "publish", "rebase", "merge"]);

/**
 * `POST /runner/v1/lease` -> 200 with a job, or 204. `waitMs`: how long the Worker may wait before 204. Two
 * things are found out by it that otherwise only the end of a lease would show: a job whose answer was lost
 * on the way is given again to the same process, with the same fence; and the leases of processes that are
 * gone end at once.
 */
export const LeaseRequest = z.object({
  protocol: z.number().int(),
  labels: z.array(z.string()),
  tools: z.record(z.string(), z.string()),
  waitMs: z.number().int().min(0).max(25_000),
  /** Only jobs of this loop (mode `ci`); null for any. */
  loop: z.string().nullable(),
  /** Only jobs of these kinds; absent for any. */
  kinds: z.array(JobKind).optional(),
  /** A name that this process of the runner drew at its start; null from runners that do not say. */
  instance: z.string().min(1).max(instanceCharsMax).nullable().default(null),
  /** Leases that reached this process, as `<job>:<fence>`: the ones that may still stand. */
  received: z.array(z.string()).max(receivedMax).default([]),
  /** Processes of the same runner (their `instance`) that have surely ended, by whatever. */
  gone: z.array(z.string().max(instanceCharsMax)).max(goneMax).default([]),
});
export const LeaseResponse = z.object({
  job: z.string(),
  fence: z.number().int().positive(),
  loop: z.string(),
  issue: z.object({ number: z.number().int(), title: z.string() }),
  repository: RepositoryRef,
  spec: JobSpec,
  leaseMs: z.number().int().positive(),
  heartbeatMs: z.number().int().positive(),
  /** What lets git in at the repository's address; null where the runner's machine knows by itself. */
  git: z.object({ username: z.string(), password: z.string() }).nullable().default(null),
});

/** `POST /runner/v1/jobs/{id}/heartbeat`. `part`: what a verify job is at, which moves the shown step. */
export const HeartbeatRequest = z.object({ fence: z.number().int(), part: z.string().nullable() });
/** `stop`: end the job's processes now and answer with outcome `stopped`; an old fence always gets `stop`. */
export const HeartbeatResponse = z.object({ continue: z.boolean(), reason: z.string().nullable() });

/** `POST /runner/v1/jobs/{id}/log`: text at a byte offset; repeating a chunk changes nothing. */
export const LogRequest = z.object({
  fence: z.number().int(),
  offset: z.number().int().min(0),
  text: z.string(),
});
export const LogResponse = z.object({ next: z.number().int().min(0) });

/**
 * `POST /runner/v1/jobs/{id}/turn` -> NDJSON lines: `{ping}` while waiting, `{text}` deltas, last
 * `{answer}` or `{error}`.
 */
export const TurnCall = z.object({
  fence: z.number().int(),
  turn: z.number().int().positive(),
  request: TurnRequest,
});
export const TurnLine = z.union([
  z.object({ ping: z.literal(true) }),
  z.object({ text: z.string() }),
  z.object({ answer: TurnAnswer }),
  z.object({ error: TurnError }),
]);

/** `PUT /runner/v1/jobs/{id}/blobs/{sha256}` (raw body, header `x-tamma-fence`) and `GET` of the same. */
export const blobBytesMax = 25_000_000;

/** `POST /runner/v1/jobs/{id}/result`: idempotent; an old fence gets 409 and changes nothing. */
export const ResultRequest = z.object({ fence: z.number().int(), result: JobResult });
export const ResultResponse = z.object({ accepted: z.boolean(), already: z.boolean() });

/**
 * `GET /runner/v1/loops/{loop}`: how a loop stands, for a run that has to know whether it is still needed and
 * what to tell its reader. `ask`: what a person is asked, null when nobody is. `job`: the open job, and who
 * holds it (null: nobody). `url` is a page of this server.
 */
export const LoopStanding = z.object({
  loop: z.string(),
  word: z.enum(loopWords),
  issue: z.object({ number: z.number().int(), title: z.string(), url: z.string() }),
  url: z.string(),
  /** Titles of the steps that are done, running and still to come, in order. */
  steps: z.array(z.object({ title: z.string(), state: z.string() })),
  ask: z.object({ title: z.string(), lines: z.array(z.string()) }).nullable(),
  job: z.object({ id: z.string(), kind: JobKind, runner: z.string().nullable() }).nullable(),
  /** Why it ended, unless it was merged. */
  reason: z.string().nullable(),
});

/** `POST /runner/v1/refs/watch` -> which repositories to look at: those with an active loop. */
export const WatchResponse = z.object({
  repositories: z.array(z.object({ repository: RepositoryRef, branches: z.array(z.string()) })),
  everyMs: z.number().int().positive(),
});

/**
 * `POST /runner/v1/refs`: heads as `git ls-remote` showed them (null: the branch is gone), the base branch's
 * `.tamma.yml` (null: none; `error`: it does not parse), and whether a working repository has uncommitted
 * changes.
 */
export const RefsReport = z.object({
  connection: z.string(),
  repository: z.string(),
  at: Instant,
  heads: z.record(z.string(), Sha.nullable()),
  config: ProjectConfig.nullable(),
  configError: z.string().nullable(),
  dirty: z.array(z.string()),
});

export type KeyProof = z.infer<typeof KeyProof>;
export type RunProof = z.infer<typeof RunProof>;
export type TicketProof = z.infer<typeof TicketProof>;
export type RenewProof = z.infer<typeof RenewProof>;
export type TokenRequest = z.infer<typeof TokenRequest>;
export type TokenResponse = z.infer<typeof TokenResponse>;
export type JobKind = z.infer<typeof JobKind>;
export type LoopStanding = z.infer<typeof LoopStanding>;
export type LeaseRequest = z.infer<typeof LeaseRequest>;
export type LeaseResponse = z.infer<typeof LeaseResponse>;
export type HeartbeatRequest = z.infer<typeof HeartbeatRequest>;
export type HeartbeatResponse = z.infer<typeof HeartbeatResponse>;
export type LogRequest = z.infer<typeof LogRequest>;
export type TurnCall = z.infer<typeof TurnCall>;
export type TurnLine = z.infer<typeof TurnLine>;
export type ResultRequest = z.infer<typeof ResultRequest>;
export type ResultResponse = z.infer<typeof ResultResponse>;
export type WatchResponse = z.infer<typeof WatchResponse>;
export type RefsReport = z.infer<typeof RefsReport>;
