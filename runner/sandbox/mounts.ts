import { lstatSync, mkdirSync, readdirSync, readlinkSync, statSync } from "node:fs";
import { join } from "node:path";
import { isWithin, type Policy } from "./visible.ts";

/** One place of the file system that a command sees. */
export type Mount =
  /** The same as outside, not to be changed. */
  | { kind: "read"; path: string; isFolder: boolean }
  | { kind: "write"; path: string; from: string }
  | { kind: "link"; path: string; to: string }
  /** An empty folder, or an empty file, over something that is hidden. */
  | { kind: "hide"; path: string; isFolder: boolean }
  | { kind: "text"; path: string; text: string };

/** Device files that every program expects. They are the machine's own, so nobody may change their rights. */
export const devices = ["null", "zero", "full", "random", "urandom", "tty"];

/** The user that commands are, as root too: some programs refuse to be root, others then change owners. */
export interface Account {
  uid: number;
  gid: number;
}

/**
 * All that a command sees, in the order of mounting; besides there are only a new /proc and /dev. What lies
 * deeper comes later, so a hidden folder within a shown one is hidden, and a job within a hidden one is seen.
 */
export function mountsOf(
  { shown, hidden }: Policy,
  job: { folder: string; home: string; account: Account },
  hide: readonly string[],
): Mount[] {
  // A folder of the job on disk: /tmp in memory would take the machine's.
  const temp = join(job.folder, "shared-tmp");
  mkdirSync(temp, { recursive: true, mode: 0o700 });
  const seen = shown.map(seenMount);
  const hides = [...hidden, ...hide];
  const covered = hides.flatMap((path) => hideMount(path, shown, hides));
  const own: Mount[] = ["/tmp", "/var/tmp"].map((path) => ({ kind: "write", path, from: temp }));
  const accounts = accountFiles(job.account, job.home);
  const all = [...seen, ...covered, ...own, ...accounts, ...kernelSettings()];
  all.sort((a, b) => depth(a.path) - depth(b.path));
  return [...all, { kind: "write", path: job.folder, from: job.folder }];
}

const depth = (path: string): number => path.split("/").length;

function seenMount(path: string): Mount {
  const isRootLink = depth(path) === 2 && lstatSync(path).isSymbolicLink();
  if (isRootLink) return { kind: "link", path, to: readlinkSync(path) };
  return { kind: "read", path, isFolder: statSync(path).isDirectory() };
}

/**
 * Settings of the kernel in /proc. A runner that is root owns them under whatever name it has inside, and
 * /proc/sys/kernel/core_pattern alone would be a way out; so they are there to be read only.
 */
function kernelSettings(): Mount[] {
  // By name alone: Node would look at each process for its type, and fail for one that has just ended.
  return readdirSync("/proc").flatMap((name): Mount[] => {
    const path = join("/proc", name);
    const stat = /^\d+$/.test(name) ? undefined : lstatSync(path, { throwIfNoEntry: false });
    if (!stat || stat.isSymbolicLink()) return [];
    const isFolder = stat.isDirectory();
    if (!isFolder && (stat.mode & anyWrite) === 0) return [];
    return [{ kind: "read", path, isFolder }];
  });
}

const anyWrite = 0o222;

/** Only what the nearest folder around it would show; all else is not there anyway. */
function hideMount(path: string, shown: readonly string[], hides: readonly string[]): Mount[] {
  const nearest = (among: readonly string[]) =>
    Math.max(0, ...among.filter((one) => one !== path && isWithin(path, one)).map((one) => one.length));
  if (nearest(shown) <= nearest(hides)) return [];
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat ? [{ kind: "hide", path, isFolder: stat.isDirectory() }] : [];
}

/** The machine's own accounts are nobody's business, and a network of accounts cannot be asked in there. */
function accountFiles({ uid, gid }: Account, home: string): Mount[] {
  const users = [
    "root:x:0:0:root:/:/bin/sh",
    "nobody:x:65534:65534:nobody:/:/bin/false",
    `tamma:x:${uid}:${gid}:Tamma:${home}:/bin/sh`,
  ];
  const groups = ["root:x:0:", "nogroup:x:65534:", `tamma:x:${gid}:`];
  const lines = (all: string[]) => `${all.join("\n")}\n`;
  return [
    { kind: "text", path: "/etc/passwd", text: lines(users) },
    { kind: "text", path: "/etc/group", text: lines(groups) },
  ];
}
