import { createHash } from "node:crypto";
import { join } from "node:path";
import type { RepositoryRef } from "@tamma/core/domain/loop/work.ts";
import type { ProjectConfig } from "@tamma/core/domain/project-config.ts";
import type { Redactor } from "@tamma/core/engine/redact.ts";
import { parseProjectConfig, renderConfigProblem } from "@tamma/core/protocol/config-file.ts";
import type { RefsReport, WatchResponse } from "@tamma/core/protocol/runner.ts";
import { pauseMs, wait } from "./client/retry.ts";
import type { RunnerClient } from "./client.ts";
import { GitFailed } from "./workspace/git-failed.ts";
import { remoteOf } from "./workspace/remote.ts";
import { attemptGit, runGit, textOf } from "./workspace/run-git.ts";
import { checkedOutAt, dirtyFiles } from "./workspace/working-tree.ts";

/** A report that the server lost is repeated, and a server that restarted learns the state again. */
const fullReportEveryMs = 30_000;
/** A hung server of one repository must not hide the others for long. */
const lookTimeoutMs = 20_000;
const configFile = ".tamma.yml";

type Watched = WatchResponse["repositories"][number];
type State = Omit<RefsReport, "at">;

export interface WatchOptions {
  client: Pick<RunnerClient, "watch" | "refs">;
  /** Folder for the scratch repositories into which base commits are fetched. */
  work: string;
  redactor: Redactor;
  ending: AbortSignal;
  say(line: string): void;
}

/**
 * Watches the repositories that the server names, until `ending`: on plain Git nobody else sees a head move.
 * It only reads; what is the same as before is not reported again for half a minute.
 */
export async function watchRefs(options: WatchOptions): Promise<void> {
  const reported = new Map<string, { state: string; at: number }>();
  const look = looker(options);
  const complained = new Map<string, string>();
  let faults = 0;
  while (!options.ending.aborted) {
    try {
      const { repositories, everyMs } = await options.client.watch(options.ending);
      for (const watched of repositories) {
        const key = `${watched.repository.connection}/${watched.repository.id}`;
        const state = await look(watched).catch((error: unknown) => {
          if (options.ending.aborted) return null;
          const said = options.redactor.text(error instanceof Error ? error.message : String(error));
          if (complained.get(key) !== said) options.say(`cannot look at ${watched.repository.name}: ${said}`);
          complained.set(key, said);
          return null;
        });
        if (!state) continue;
        complained.delete(key);
        const text = JSON.stringify(state);
        const last = reported.get(key);
        if (last?.state === text && Date.now() - last.at < fullReportEveryMs) continue;
        await options.client.refs({ ...state, at: Date.now() }, options.ending);
        reported.set(key, { state: text, at: Date.now() });
      }
      faults = 0;
      await wait(everyMs, options.ending);
    } catch {
      if (options.ending.aborted) return;
      // The slots say that the server is away; here it is enough to come back.
      await wait(pauseMs(++faults), options.ending).catch(() => {});
    }
  }
}

/** Looks at one repository: heads, config of the base branch (read again only when it moved), dirty files. */
function looker({
  work,
  ending,
}: Pick<WatchOptions, "work" | "ending">): (watched: Watched) => Promise<State> {
  const configs = new Map<string, { head: string; read: ConfigRead }>();
  return async ({ repository, branches }) => {
    const heads = await headsOf(repository, [...new Set([repository.defaultBranch, ...branches])], ending);
    const key = `${repository.connection}/${repository.id}`;
    const base = heads[repository.defaultBranch] ?? null;
    let known = configs.get(key);
    if (base === null) known = undefined;
    else if (known?.head !== base) {
      known = { head: base, read: await readConfig(repository, work, ending) };
      configs.set(key, known);
    }
    const folder = await checkedOutAt(repository.url, repository.defaultBranch);
    const incoming = branches.flatMap((branch) => heads[branch] ?? []);
    return {
      connection: repository.connection,
      repository: repository.id,
      heads,
      config: known?.read.config ?? null,
      configError: known?.read.error ?? null,
      dirty: folder === null ? [] : await dirtyFiles(folder, incoming),
    };
  };
}

async function headsOf(
  repository: RepositoryRef,
  branches: string[],
  signal: AbortSignal,
): Promise<RefsReport["heads"]> {
  const refs = branches.map((branch) => `refs/heads/${branch}`);
  const { url, access } = remoteOf(repository.url);
  const look = { ...access, signal, timeoutMs: lookTimeoutMs };
  const lines = await runGit(["ls-remote", "--", url, ...refs], look);
  const found = new Map(lines.split("\n").map((line) => line.split("\t").reverse() as [string, string]));
  return Object.fromEntries(branches.map((branch) => [branch, found.get(`refs/heads/${branch}`) ?? null]));
}

type ConfigRead = { config: ProjectConfig | null; error: string | null };

/** `.tamma.yml` of the default branch's tip, through a shallow fetch into a scratch repository of ours. */
async function readConfig(repository: RepositoryRef, work: string, signal: AbortSignal): Promise<ConfigRead> {
  const name = createHash("sha256").update(repository.url).digest("hex").slice(0, 12);
  const scratch = join(work, `refs-${name}.git`);
  await runGit(["init", "--quiet", "--bare", "--template=", scratch], { signal });
  const { url, access } = remoteOf(repository.url);
  const fetch = ["--git-dir", scratch, "fetch", "--quiet", "--depth=1", "--no-tags", "--", url];
  const args = [...fetch, `+refs/heads/${repository.defaultBranch}:refs/tamma/base`];
  const fetched = await attemptGit(args, { ...access, signal });
  if (fetched.exitCode !== 0) throw new GitFailed(args, fetched.exitCode, fetched.stderr);
  const read = ["--git-dir", scratch, "cat-file", "blob", `refs/tamma/base:${configFile}`];
  const { exitCode, stdout } = await attemptGit(read, { signal });
  if (exitCode !== 0) return { config: null, error: null };
  const parsed = parseProjectConfig(textOf(stdout));
  if ("config" in parsed) return { config: parsed.config, error: null };
  return { config: null, error: renderConfigProblem(parsed.problem) };
}
