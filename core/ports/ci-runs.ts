import type { Instant, Sha } from "../domain/ids.ts";

/** A run of a workflow in the platform's CI. */
export interface CiRun {
  readonly id: string;
  readonly url: string;
  readonly sha: Sha;
  readonly branch: string;
  readonly state: "waiting" | "running" | "passed" | "failed" | "cancelled";
  /** Null until it began. */
  readonly startedAt: Instant | null;
}

/** A job of a run, as the platform splits it. */
export interface CiJob {
  readonly id: string;
  readonly name: string;
  readonly state: CiRun["state"];
}

/**
 * The platform's CI. What a platform cannot do throws `PlatformError` `unsupported` that names the
 * capability.
 */
export interface CiRuns {
  /**
   * Starts `workflow` (its file's name) on `ref`. `correlation` is one of its inputs, by which a run is found
   * where the platform does not answer with an id; null: started, but not to be seen yet.
   */
  dispatch(request: {
    workflow: string;
    ref: string;
    inputs: Readonly<Record<string, string>>;
    correlation: string;
  }): Promise<CiRun | null>;
  /**
   * The run that a start with this correlation has begun since `since`, by its title, for when the answer was
   * lost or named none. Null: there is none to be seen.
   */
  started(request: {
    workflow: string;
    ref: string;
    correlation: string;
    since: Instant;
  }): Promise<CiRun | null>;
  run(id: string): Promise<CiRun | null>;
  runsFor(sha: Sha): Promise<CiRun[]>;
  jobs(run: string): Promise<CiJob[]>;
  /** The last `bytesMax` bytes of a job's log; null while there is none. */
  log(job: string, bytesMax: number): Promise<string | null>;
  /** A run that is over stays as it is. */
  cancel(run: string): Promise<void>;
  rerunFailed(run: string): Promise<void>;
}
