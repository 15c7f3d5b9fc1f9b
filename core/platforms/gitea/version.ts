import { PlatformError } from "../../ports/platform.ts";

/** What only later versions have. Each fact with the release that brought it. */
export interface Features {
  /** Runs, their jobs and logs: since 1.25 (go-gitea/gitea#33964; logs alone since 1.24, #33858). */
  readonly runs: boolean;
  /**
   * Starting a workflow is there since 1.24 (go-gitea/gitea#32059), but what was started can be seen since
   * 1.25 only, so it counts from then on.
   */
  readonly dispatch: boolean;
  /** `return_run_details`: the answer to a start names the run. Since 1.26 (go-gitea/gitea#36706). */
  readonly runDetails: boolean;
  /** Failed jobs can be run again: since 1.26 (go-gitea/gitea#36924). */
  readonly rerunFailed: boolean;
  /** A run can be cancelled: since 1.28 (go-gitea/gitea#35382). */
  readonly cancelRun: boolean;
  /** A comment of a review can be resolved: since 1.26 (go-gitea/gitea#36441). */
  readonly resolveThreads: boolean;
  /** A comment of a review can be answered: since 1.27 (go-gitea/gitea#36683). */
  readonly replies: boolean;
  /**
   * The fields of a merge are `do` and `merge_title_field`, as the description of July 2026 says. In which
   * release that began is not told; older ones know `Do` and `MergeTitleField`, and leave the others.
   */
  readonly smallLetters: boolean;
}

/** The oldest minor version of 1 that is spoken to: its API is the least that everything here needs. */
const minorMin = 22;

/**
 * @param version as the server words it: `1.25.3`, `1.26.0+dev-123-g0123abc`, `1.27.0-rc0`. A server that
 * says which Gitea it is compatible with, as `11.0.1+gitea-1.22.0`, is taken at its word.
 * @throws PlatformError `unsupported` for one that is too old, `validation` for what is no version
 */
export function featuresOf(version: string): Features {
  const named = /\+gitea-(\d+)\.(\d+)/.exec(version) ?? /^v?(\d+)\.(\d+)/.exec(version);
  if (!named) throw refused("validation", `"${version.slice(0, 100)}" is no version of Gitea`);
  const [major, minor] = [Number(named[1]), Number(named[2])];
  const since = (least: number) => major > 1 || (major === 1 && minor >= least);
  if (!since(minorMin)) throw refused("unsupported", `Gitea ${version} is too old: it takes 1.${minorMin}`);
  return {
    ...{ dispatch: since(25), runs: since(25), runDetails: since(26), rerunFailed: since(26) },
    ...{ resolveThreads: since(26), replies: since(27), cancelRun: since(28), smallLetters: since(27) },
  };
}

function refused(kind: "unsupported" | "validation", message: string): PlatformError {
  return new PlatformError({ kind, operation: "version", message });
}
