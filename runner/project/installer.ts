import { parse as parseYaml } from "yaml";

/** How a project's package manager is called; lines of shell for the workspace's root. */
export interface Installer {
  name: "npm" | "pnpm" | "yarn" | "bun";
  /** Installs what the lockfile says; without a lockfile it leaves none behind. */
  setup: string;
  /** Runs a script of the package; `args` for its command. */
  run(script: string, args: string): string;
  /** Runs a program that a dependency brings. */
  exec(command: string): string;
  /** A line in which the manager is found, also where set-up had to fetch it. */
  within(line: string): string;
  /** Runs the script in all packages that have it. */
  runAll(script: string): string;
  /** False where Node finds the dependencies only with the manager's help (Plug'n'Play). */
  plainNode: boolean;
}

type Read = (path: string) => Promise<string | null>;

/** Where set-up puts a package manager that is not here: a folder of the job alone. */
const tools = '"$HOME/.tamma-tools"';
const withTools = 'PATH="$HOME/.tamma-tools/bin:$PATH"';

/**
 * The package manager of the folder that `read` reads: by the field `packageManager`, else by its lockfile,
 * else npm. `declared`: the field's text.
 */
export async function installerOf(read: Read, declared: string | undefined): Promise<Installer> {
  const field = /^(npm|pnpm|yarn|bun)@(\d+\.\d+\.\d+[\w.-]*)/.exec(declared ?? "");
  const locks = await lockfiles(read);
  const name = field?.[1] ?? Object.entries(locks).find(([, text]) => text !== null)?.[0] ?? "npm";
  const version = field?.[2] ?? null;
  if (name === "pnpm") return pnpm(version, locks.pnpm);
  if (name === "yarn") return await yarn(read, version, locks.yarn);
  if (name === "bun") return bun(locks.bun !== null);
  return npm(locks.npm !== null);
}

/** npm first: its lockfile beside another one is the more recent habit less often than a left-over. */
async function lockfiles(read: Read) {
  const first = async (...paths: string[]) => {
    for (const path of paths) {
      const text = await read(path);
      if (text !== null) return text;
    }
    return null;
  };
  return {
    npm: await first("package-lock.json", "npm-shrinkwrap.json"),
    pnpm: await first("pnpm-lock.yaml"),
    yarn: await first("yarn.lock"),
    bun: await first("bun.lock", "bun.lockb"),
  };
}

function npm(locked: boolean): Installer {
  const setup = locked ? "npm ci --no-audit --no-fund" : "npm install --no-package-lock --no-audit --no-fund";
  return {
    ...{ name: "npm", setup, plainNode: true },
    run: (script, args) => `npm run --silent ${script}${args === "" ? "" : ` -- ${args}`}`,
    exec: (command) => `npx --no-install ${command}`,
    within: (line) => line,
    runAll: (script) => `npm run --silent ${script} --workspaces --if-present`,
  };
}

function pnpm(version: string | null, lock: string | null): Installer {
  const wanted = version ?? pnpmOfLock(lock);
  const install =
    lock === null ? "pnpm install --no-frozen-lockfile --lockfile=false" : "pnpm install --frozen-lockfile";
  const within = (line: string) => `${withTools}; export PATH; ${line}`;
  return {
    ...{ name: "pnpm", plainNode: true },
    setup: within(`${present("pnpm", `pnpm@${wanted}`, version)}; ${install}`),
    run: (script, args) => within(`pnpm --silent run ${script} ${args}`.trim()),
    exec: (command) => `pnpm --silent exec ${command}`,
    within,
    runAll: (script) => within(`pnpm --silent --recursive run --if-present ${script}`),
  };
}

/** The newest pnpm that reads a lockfile as it is. */
function pnpmOfLock(lock: string | null): string {
  const version = /^lockfileVersion: *'?([\d.]+)/m.exec(lock ?? "")?.[1] ?? "9.0";
  if (version.startsWith("5.")) return "7";
  return version.startsWith("6.") ? "8" : "10";
}

async function yarn(read: Read, version: string | null, lock: string | null): Promise<Installer> {
  const settings = yamlOf((await read(".yarnrc.yml")) ?? "");
  const classic =
    version === null ? lock !== null && !lock.includes("__metadata:") : version.startsWith("1.");
  const within = (line: string) => `${withTools}; export PATH; ${line}`;
  // Yarn of a release in the repository: classic yarn hands over to it.
  const own = typeof settings.yarnPath === "string" ? settings.yarnPath : null;
  const program =
    classic || own !== null
      ? `yarn@${classic ? (version ?? "1") : "1"}`
      : `@yarnpkg/cli-dist@${version ?? berryOfLock(lock)}`;
  const install = lock === null ? "yarn install --no-immutable" : "yarn install --immutable";
  const ofClassic = lock === null ? "yarn install --no-lockfile --silent" : "yarn install --frozen-lockfile";
  const silent = classic ? "yarn --silent run" : "yarn run";
  const needed = present("yarn", program, own === null ? version : null, classic ? "1." : null);
  return {
    ...{ name: "yarn", plainNode: classic || settings.nodeLinker === "node-modules" },
    setup: within(`${needed}; ${classic ? ofClassic : install}`),
    run: (script, args) => within(`${silent} ${script} ${args}`.trim()),
    exec: (command) => `${silent} ${command}`,
    within,
    runAll: (script) =>
      within(
        classic ? `yarn --silent workspaces run ${script}` : `yarn workspaces foreach --all run ${script}`,
      ),
  };
}

function berryOfLock(lock: string | null): string {
  const version = Number(/__metadata:\s*\n\s*version: *(\d+)/.exec(lock ?? "")?.[1] ?? "8");
  return version < 8 ? "3" : "4";
}

function bun(locked: boolean): Installer {
  const absent =
    "error: this project is installed with bun, which is not on this machine: " +
    "install bun where the runner is, or give setup: in .tamma.yml";
  const install = `bun install ${locked ? "--frozen-lockfile" : "--no-save"}`;
  return {
    ...{ name: "bun", plainNode: true },
    setup: `command -v bun >/dev/null || { echo "${absent}" >&2; exit 1; }; ${install}`,
    run: (script, args) => `bun run --silent ${script} ${args}`.trim(),
    exec: (command) => `bun x --no-install ${command}`,
    within: (line) => line,
    runAll: (script) => `bun run --filter '*' ${script}`,
  };
}

/**
 * Shell that has `program` on the path afterwards: as it is here in the wanted version, else fetched by
 * npm. What the project pins must be that very version; without a pin any that is here will do, of the line
 * `line` if given.
 */
function present(program: string, pack: string, version: string | null, line: string | null = null): string {
  const here =
    version !== null
      ? `[ "$(${program} --version 2>/dev/null)" = "${version}" ]`
      : line === null
        ? `command -v ${program} >/dev/null`
        : `case "$(${program} --version 2>/dev/null)" in ${line}*) true;; *) false;; esac`;
  const fetched = `npm install --global --prefix ${tools} --silent --no-audit --no-fund ${pack}`;
  const failed =
    `error: this project needs ${pack}, which is not on this machine, and npm could not install it: ` +
    "install it where the runner is, or give setup: in .tamma.yml";
  return `${here} || ${fetched} || { echo "${failed}" >&2; exit 1; }`;
}

function yamlOf(text: string): Record<string, unknown> {
  try {
    const value: unknown = parseYaml(text, { logLevel: "silent" });
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
