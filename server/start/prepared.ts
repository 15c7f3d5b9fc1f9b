import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { CannotStart } from "./cannot-start.ts";
import type { StartOptions } from "./options.ts";
import { checkRepository } from "./preflight.ts";
import { chooseProvider, type Provider } from "./provider.ts";

/** What will be started; nothing of it exists yet. */
export interface Prepared {
  options: StartOptions;
  state: string;
  provider: Provider;
  /** Null: the sample repository. */
  repository: { url: string; branch: string | null } | null;
  warnings: string[];
}

/**
 * All checks that can be made before anything is created, so that a start that cannot work leaves nothing
 * behind.
 *
 * @param root Tamma's own folder, where `.tamma` is kept
 * @param base folder that relative paths of the command line are meant from
 * @throws CannotStart
 */
export function prepare(options: StartOptions, root: string, base: string, env: NodeJS.ProcessEnv): Prepared {
  const provider = chooseProvider(options, env);
  const state = options.state === null ? resolve(root, ".tamma") : resolve(base, options.state);
  if (options.body !== null && !existsSync(resolve(base, options.body)))
    throw new CannotStart(`--body ${options.body}: there is no such file`);
  if (options.repo === null) return { options, state, provider, repository: null, warnings: [] };
  if (options.issue === null && !existsSync(state))
    throw new CannotStart('--repo needs an issue to work on: --issue "title" [--body FILE]');
  const { url, branch, warnings } = checkRepository(options.repo, resolve(base, options.repo));
  return { options, state, provider, repository: { url, branch }, warnings };
}
