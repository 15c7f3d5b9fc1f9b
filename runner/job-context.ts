import type { BlobRef } from "@tamma/core/domain/loop/evidence.ts";
import type { RepositoryRef } from "@tamma/core/domain/loop/work.ts";
import type { TurnAnswer, TurnError, TurnRequest } from "@tamma/core/protocol/model-turn.ts";
import type { Commands } from "./sandbox/command.ts";

/**
 * All that a job may touch. It knows no token and no address: those stay in the process that holds the
 * lease.
 */
export interface JobContext {
  readonly job: string;
  readonly loop: string;
  readonly repository: RepositoryRef;
  /** An empty folder of this job alone; removed afterwards. */
  readonly folder: string;
  /** Aborted when the server says stop, the lease is lost or the runner ends. */
  readonly signal: AbortSignal;
  /**
   * Delimits what is data in the job's conversation: the same for a job on this runner, and computable by
   * nobody who does not hold the runner's key.
   */
  readonly delimiter: string;
  readonly commands: Commands;
  /** Live output for people; redacted before it leaves the runner. */
  log(text: string): void;
  /**
   * Asks the server whether the job is still ours, right before something that cannot be taken back. Throws
   * when it is not: a process that was stopped for a while must not push what somebody else has done since.
   */
  confirm(): Promise<void>;
  /** What a verify job is at ("build"); moves the shown step. */
  progress(part: string): void;
  putBlob(body: Uint8Array | string, mediaType: string): Promise<BlobRef>;
  getBlob(ref: BlobRef): Promise<Uint8Array>;
  /** One model turn through the Worker, numbered by the caller's order. */
  turn(request: TurnRequest): Promise<{ answer: TurnAnswer } | { error: TurnError }>;
}
