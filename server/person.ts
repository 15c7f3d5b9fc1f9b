import { spawnSync } from "node:child_process";
import { userInfo } from "node:os";

/** git answers from its own files; a hung network home must not keep the server from starting. */
const gitTimeoutMs = 2_000;

/** The name under which the local user's decisions are recorded: git's, else the system's, else "local". */
export function localPerson(): string {
  return gitConfig("user.name") ?? gitConfig("user.email") ?? systemUser() ?? "local";
}

function gitConfig(key: string): string | null {
  const run = spawnSync("git", ["config", "--get", key], { encoding: "utf8", timeout: gitTimeoutMs });
  const value = run.status === 0 ? run.stdout.trim() : "";
  return value === "" ? null : value;
}

function systemUser(): string | null {
  try {
    return userInfo().username || null;
  } catch {
    // In a container the user id may have no name.
    return null;
  }
}
