import { createHash, createHmac } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { JobResult, JobSpec } from "@tamma/core/domain/loop/jobs.ts";
import type { Redactor } from "@tamma/core/engine/redact.ts";
import { LogStream } from "./client/log-stream.ts";
import { CallRefused, FenceLost } from "./client/refusals.ts";
import type { Lease, RunnerClient } from "./client.ts";
import { evidenceOf, evidenceOfError } from "./evidence.ts";
import type { JobContext } from "./job-context.ts";
import { keepLease } from "./keep-lease.ts";
import { redactResult, redactTurn } from "./redact-result.ts";
import { type Sandbox, sandboxedCommands } from "./sandbox/commands.ts";
import type { Enclosure } from "./sandbox/enclosure.ts";
import { secretsOfRepository } from "./secrets.ts";
import { localPathOf, withLogin } from "./workspace/address.ts";
import { PatchError, patchMediaType } from "./workspace/patch.ts";
import { textOf } from "./workspace/run-git.ts";

/**
 * After a stop every process of the job is gone within this time; a job that still computes is left alone.
 */
const stopGraceMs = 5_000;
/** A slow file system while we delete is no reason to keep the runner. */
const removeTries = 5;

export interface LeaseOptions {
  client: RunnerClient;
  runJob(spec: JobSpec, context: JobContext): Promise<JobResult>;
  /** Folder for the folders of jobs. */
  work: string;
  redactor: Redactor;
  /** Walls around the commands of all jobs. */
  enclosure: Enclosure;
  /** A secret of this runner, from which the delimiters of its jobs are derived. */
  secret: string;
  /** Aborted when the runner ends and the job has to be handed back; its reason is shown to people. */
  handBack: AbortSignal;
}

/** `void`: the job was not ours any more, or the server did not take the result; nothing counts. */
export type LeaseOutcome =
  | { job: string; ended: "sent"; outcome: string }
  | { job: string; ended: "void"; why: string };

/** Does the leased job, keeps the lease meanwhile, sends the result and clears away. Never throws. */
export async function workOff(lease: Lease, options: LeaseOptions): Promise<LeaseOutcome> {
  const { client } = options;
  const { job, fence } = lease;
  const { git, repository: named } = lease;
  const repository = git === null ? named : { ...named, url: withLogin(named.url, git) };
  const redactor = options.redactor.with(await secretsOfRepository(repository.url));
  const stop = new AbortController();
  const folder = join(options.work, folderName(lease));
  const keeping = keepLease(lease, client, stop);
  const handBack = () => stop.abort(new Error(String(options.handBack.reason ?? "the runner ends")));
  options.handBack.addEventListener("abort", handBack, { once: true });
  if (options.handBack.aborted) handBack();
  const log = new LogStream(
    (chunk) => client.log(job, { fence, ...chunk }, keeping.voided),
    redactor.stream(),
  );
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const target = localPathOf(repository.url);
    const sandbox = sandboxedCommands({
      ...{ job, folder, signal: stop.signal, enclosure: options.enclosure },
      hide: target === null ? [] : [target],
    });
    const context = contextOf(
      { ...lease, repository },
      {
        client,
        folder,
        sandbox,
        log,
        signal: stop.signal,
        secret: options.secret,
        progress: keeping.progress,
        redactor,
        confirm: keeping.confirm,
      },
    );
    const result = await resultOf(lease, context, sandbox, options);
    await log.close();
    if (keeping.voided.aborted) return { job, ended: "void", why: String(keeping.voided.reason) };
    await client.result(job, { fence, result: redactResult(result, redactor) }, keeping.voided);
    return { job, ended: "sent", outcome: result.result.outcome };
  } catch (error) {
    const why = keeping.voided.aborted ? String(keeping.voided.reason) : messageOf(error);
    return { job, ended: "void", why: redactor.text(why) };
  } finally {
    keeping.end();
    options.handBack.removeEventListener("abort", handBack);
    // What cannot be removed is reported by nobody and harms nobody: the next job has a folder of its own.
    await rm(folder, { recursive: true, force: true, maxRetries: removeTries }).catch(() => {});
  }
}

/** The job's result; a throw is `failed`, a stop is `stopped`, and processes that are left are a failure. */
async function resultOf(
  { spec }: Lease,
  context: JobContext,
  sandbox: Sandbox,
  { runJob }: LeaseOptions,
): Promise<JobResult> {
  let result: JobResult;
  try {
    const running = runJob(spec, context);
    // Once we stop waiting for it, its throw would be nobody's.
    running.catch(() => {});
    result = await Promise.race([running, afterStop(context.signal)]);
    // Work that was done when the stop came is done: the server decides by the fence whether it counts.
    if (context.signal.aborted && result.result.outcome !== "done") throw context.signal.reason;
  } catch (error) {
    result = context.signal.aborted
      ? ended(spec.kind, { outcome: "stopped", reason: messageOf(context.signal.reason) })
      : ended(spec.kind, failedBy(spec.kind, error));
    if (!context.signal.aborted) context.log(`\n${messageOf(error)}\n`);
  }
  try {
    await sandbox.endJob();
  } catch (error) {
    return ended(spec.kind, failedBy(spec.kind, error));
  }
  return result;
}

function afterStop(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const give = () => setTimeout(() => reject(signal.reason), stopGraceMs).unref();
    if (signal.aborted) give();
    else signal.addEventListener("abort", give, { once: true });
  });
}

function failedBy(kind: JobSpec["kind"], error: unknown): Failed {
  // Our own wire said no: that is not the fault of what the job looked at.
  const told = error instanceof FenceLost || error instanceof CallRefused;
  const evidence = told
    ? evidenceOf(`The runner could not finish the job ${kind}: ${error.message}`)
    : evidenceOfError(error);
  return kind === "develop"
    ? { outcome: "failed", evidence, rejections: [] }
    : { outcome: "failed", evidence };
}

type Failed = { outcome: "failed"; evidence: ReturnType<typeof evidenceOf>; rejections?: string[] };
type Ended = Failed | { outcome: "stopped"; reason: string };

/** Every kind of result has these two outcomes in the same shape (core/protocol/jobs.ts). */
function ended(kind: JobSpec["kind"], result: Ended): JobResult {
  return { kind, result } as JobResult;
}

interface Parts {
  client: RunnerClient;
  folder: string;
  sandbox: Sandbox;
  log: LogStream;
  signal: AbortSignal;
  secret: string;
  progress(part: string): void;
  redactor: Redactor;
  confirm(): Promise<void>;
}

function contextOf({ job, fence, loop, repository }: Lease, parts: Parts): JobContext {
  const { client, signal } = parts;
  let turns = 0;
  const next = () => ++turns;
  return {
    job,
    loop,
    repository,
    folder: parts.folder,
    signal,
    delimiter: delimiterOf(parts.secret, job),
    commands: parts.sandbox,
    log: (text) => parts.log.write(text),
    progress: parts.progress,
    confirm: parts.confirm,
    putBlob: async (body, mediaType) =>
      client.putBlob(job, fence, outgoing(body, mediaType, parts.redactor), mediaType, signal),
    getBlob: (ref) => client.getBlob(job, fence, ref, signal),
    turn: (request) =>
      client.turn(job, { fence, next, request: redactTurn(request, parts.redactor), signal }),
  };
}

/**
 * A body as it may leave this machine. Texts are redacted; a patch must arrive byte for byte, so one that
 * holds a secret of ours does not leave at all.
 *
 * @throws PatchError
 */
function outgoing(body: Uint8Array | string, mediaType: string, redactor: Redactor): Uint8Array {
  if (mediaType !== patchMediaType)
    return Buffer.from(redactor.text(typeof body === "string" ? body : textOf(body)));
  const bytes = typeof body === "string" ? Buffer.from(body) : body;
  if (redactor.holds(textOf(bytes)))
    throw new PatchError(
      "The change holds a secret of this runner (a key, a token, or the login of the repository): " +
        "it was not sent. Run the runner as a user of its own, under bubblewrap.",
    );
  return bytes;
}

/** Long enough to be no word of any text and to be guessed by nobody: 144 bits. */
const delimiterChars = 24;

/**
 * Derived, not drawn: a repeated job sends the same text and meets a warm cache. Keyed, because ids of jobs
 * can be guessed by whoever writes the text.
 */
function delimiterOf(secret: string, job: string): string {
  const key = `tamma delimiter\n${secret}`;
  return createHmac("sha256", key).update(job).digest("base64url").slice(0, delimiterChars);
}

/** Short, because a project may open sockets below it, and different for every lease. */
function folderName({ job, fence }: Lease): string {
  return `job-${createHash("sha256").update(`${job} ${fence}`).digest("hex").slice(0, 12)}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
