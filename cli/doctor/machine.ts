import { execFile } from "node:child_process";
import { existsSync, readdirSync, statfsSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { type Finding, fault, ok, skipped, warning } from "./finding.ts";

const run = promisify(execFile);
/** A git that does not answer at once hangs on something. */
const gitTimeoutMs = 10_000;
/** `git merge-tree --write-tree`, by which a change is replayed on a base that moved. */
const gitOldest = [2, 38] as const;
/** Sources run without a build, and `node:sqlite` without a flag (scripts/bootstrap.mjs). */
const nodeOldest = [22, 18] as const;
/** A clone with its dependencies; below this a job may fail. */
const roomyBytes = 1_000_000_000;
/** Below this the log itself may not be written any more. */
const scarceBytes = 100_000_000;

export function checkNode(version: string): Finding {
  if (atLeast(version, nodeOldest)) return ok("Node", version);
  return fault("Node", `${version} is too old`, `install Node ${nodeOldest.join(".")} or newer`);
}

export async function checkGit(env: NodeJS.ProcessEnv): Promise<Finding> {
  try {
    const { stdout } = await run("git", ["--version"], { env, timeout: gitTimeoutMs });
    const version = /\d+(?:\.\d+)+/.exec(stdout)?.[0] ?? "0";
    if (atLeast(version, gitOldest)) return ok("git", version);
    const why = "a change whose base moved cannot be replayed";
    return warning("git", `${version} is old: ${why}`, `install git ${gitOldest.join(".")} or newer`);
  } catch {
    return fault("git", "git cannot be run", "install git, and see that it is on the PATH");
  }
}

function atLeast(version: string, oldest: readonly [number, number]): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > oldest[0] || (major === oldest[0] && minor >= oldest[1]);
}

/** Files that only their owner may read; a folder that only its owner may enter. */
const secretFiles = ["token", "master.key", "runner.key", "server.json", "server.log"];

export function checkState(state: string): Finding[] {
  if (!existsSync(state))
    return [
      skipped("state folder", `${state} is not there: no server ran here, or it is elsewhere (--state)`),
    ];
  if (process.platform === "win32") return [skipped("state folder", "file modes say nothing on Windows")];
  const open = [
    ...(isOpen(state) ? [state] : []),
    ...secretFiles.map((name) => join(state, name)).filter((file) => existsSync(file) && isOpen(file)),
  ];
  const rights =
    open.length === 0
      ? ok("state folder", `${state}, for its owner alone`)
      : fault(
          "state folder",
          `others can read ${open.join(", ")}`,
          `chmod go= ${open.join(" ")}; whoever read the token can act as you`,
        );
  return [rights, ...missing(state)];
}

function isOpen(path: string): boolean {
  return (statSync(path).mode & 0o077) !== 0;
}

/** Data without its key is lost: better told now than at the next start. */
function missing(state: string): Finding[] {
  const has = (name: string) => existsSync(join(state, name));
  const data = ["do", "r2", "d1"].some(
    (folder) => has(folder) && readdirSync(join(state, folder)).length > 0,
  );
  if (!data || has("master.key")) return [];
  const todo = "restore it from a backup; without it bodies and events cannot be read";
  return [fault("master key", `${state} holds data and no master.key`, todo)];
}

export function checkDisk(state: string): Finding {
  let folder = state;
  while (!existsSync(folder) && dirname(folder) !== folder) folder = dirname(folder);
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  const says = `${(free / 1e9).toFixed(1)} GB free at ${folder}`;
  if (free >= roomyBytes) return ok("disk", says);
  const todo = "make room: clones, dependencies and logs need it";
  return free >= scarceBytes ? warning("disk", says, todo) : fault("disk", says, todo);
}
