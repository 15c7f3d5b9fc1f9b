import { z } from "zod";
import { Instant, Sha } from "../domain/ids.ts";
import { JobResult, JobSpec } from "../domain/loop/jobs.ts";
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

/**
 * `POST /runner/v1/token`: an enrolled runner proves itself with its Ed25519 key. The signature (base64) is
 * over `tamma-runner-token\n<runner>\n<at>\n<nonce>`; `at` may be 60 s off; a nonce is used once.
 */
export const TokenRequest = z.object({
  runner: z.string(),
  at: Instant,
  nonce: z.string(),
  signature: z.string(),
});
export const TokenResponse = z.object({ token: z.string(), expiresAt: Instant });

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

export type TokenRequest = z.infer<typeof TokenRequest>;
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
