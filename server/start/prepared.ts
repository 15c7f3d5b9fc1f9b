import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { CannotStart } from "./cannot-start.ts";
import type { StartOptions } from "./options.ts";
import { checkRepository } from "./preflight.ts";
import { chooseProvider, type Provider } from "./provider.ts";
import { isSimulatedState, simulatorProgram } from "./simulated.ts";

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
  const usual = options.platform === null ? ".tamma" : `.tamma-${options.platform}`;
  const state = options.state === null ? resolve(root, usual) : resolve(base, options.state);
  if (options.platform !== null) checkSimulated(options.platform, root, state);
  if (options.body !== null && !existsSync(resolve(base, options.body)))
    throw new CannotStart(`--body ${options.body}: there is no such file`);
  if (options.repo === null) return { options, state, provider, repository: null, warnings: [] };
  if (options.issue === null && !existsSync(state))
    throw new CannotStart('--repo needs an issue to work on: --issue "title" [--body FILE]');
  const { url, branch, warnings } = checkRepository(options.repo, resolve(base, options.repo));
  return { options, state, provider, repository: { url, branch }, warnings };
}

/** The platform forgets everything when it ends, so the state of an earlier start is of no use: replaced. */
function checkSimulated(platform: string, root: string, state: string): void {
  if (!existsSync(join(root, simulatorProgram)))
    throw new CannotStart(`--platform ${platform} needs ${simulatorProgram}, which a clone of Tamma has`);
  if (existsSync(state) && !isSimulatedState(state))
    throw new CannotStart(
      `${state} is no state folder of a simulated platform, and --platform would begin it anew; ` +
        "name another folder with --state, or leave --state away",
    );
}
