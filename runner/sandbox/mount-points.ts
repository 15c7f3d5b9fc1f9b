import { readFileSync } from "node:fs";
import { isWithin } from "./visible.ts";

/** One line of /proc/self/mountinfo (proc(5)). */
export interface MountPoint {
  path: string;
  noexec: boolean;
}

/** All mounts of this machine as the runner sees them. */
export function mountPoints(): MountPoint[] {
  const lines = readFileSync("/proc/self/mountinfo", "utf8").split("\n").filter(Boolean);
  return lines.map((line) => {
    const [, , , , path = "", options = ""] = line.split(" ");
    const decoded = path.replace(/\\(\d{3})/g, (_, code: string) =>
      String.fromCharCode(Number.parseInt(code, 8)),
    );
    return { path: decoded, noexec: options.split(",").includes("noexec") };
  });
}

/** The mount that `path` lies on, and those that lie below it: each has to be made read-only by itself. */
export function mountsAround(path: string, all: readonly MountPoint[]): MountPoint[] {
  const holding = all.filter((one) => isWithin(path, one.path)).sort((a, b) => a.path.length - b.path.length);
  const below = all.filter((one) => one.path !== path && isWithin(one.path, path));
  return [{ path, noexec: holding.at(-1)?.noexec ?? false }, ...below];
}
