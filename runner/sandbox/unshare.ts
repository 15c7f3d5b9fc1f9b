import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { accountInside, wallEnvironment } from "./bubblewrap.ts";
import type { Enclosed, Enclosure, Wrapped } from "./enclosure.ts";
import { type MountPoint, mountPoints, mountsAround } from "./mount-points.ts";
import { devices, type Mount, mountsOf } from "./mounts.ts";
import { wallProtection } from "./promises.ts";
import { isWithin, type Policy } from "./visible.ts";

/** All that the walls are built with; `ip` raises the loopback, on which tests listen. */
export const unshareTools = ["unshare", "mount", "umount", "pivot_root", "setpriv", "ip"] as const;

/** The root, which holds only folders, links and small files. */
const rootBytesMax = 16_000_000;

/** The same walls as bubblewrap's, built by a shell with the tools of util-linux 2.36 and later. */
export function unshareWalls(programs: Record<string, string>, version: string, policy: Policy): Enclosure {
  const account = accountInside();
  return {
    protection: wallProtection("unshare", [
      "The walls are built by a shell with util-linux, which fewer people have looked at than bubblewrap.",
    ]),
    tools: { "util-linux": version },
    env: policy.env,
    wrap(command, hide) {
      const job = { folder: command.folder, home: command.env.HOME ?? command.folder, account };
      const mounts = mountsOf(policy, job, hide);
      const root = join(command.folder, "walls");
      mkdirSync(root, { recursive: true, mode: 0o700 });
      return wrapped(programs, command, setUp(programs, root, mounts), account.uid);
    },
  };
}

function wrapped(programs: Record<string, string>, command: Enclosed, setUp: string[], uid: number): Wrapped {
  const { cwd, env, prelude, argv, network } = command;
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const inner = [
    // Plain again, in a user space of its own: it has no right over the walls.
    ...["unshare", "--user", `--map-user=${uid}`, `--map-group=${uid}`, "setpriv", "--no-new-privs"],
    ...["env", "-i", ...variables, "sh", "-c", prelude, "tamma"],
  ];
  const script = [
    "set -e",
    // Of the old /proc: the number that this shell, the first process inside, has outside.
    "read -r first rest < /proc/self/stat",
    `printf '{"child-pid": %s}' "$first" >&3`,
    "exec 3>&-",
    ...(network ? [] : [`${quoted(programs.ip ?? "ip")} link set lo up`]),
    ...setUp,
    `cd ${quoted(cwd)}`,
    "set +e",
    `${inner.map(quoted).join(" ")} "$@"`,
    // Not the last command of the script, so that this shell stays and takes all with it when it ends.
    "exit $?",
  ];
  const spaces = ["--user", "--map-root-user", "--mount", "--pid", "--ipc", "--uts", "--cgroup"];
  return {
    program: programs.setpriv ?? "setpriv",
    args: [
      // When the runner dies, unshare does, and with it everything inside.
      ...["--pdeathsig", "KILL", programs.unshare ?? "unshare", ...spaces, ...(network ? [] : ["--net"])],
      ...["--fork", "--kill-child", "--", "sh", "-c", script.join("\n"), "walls", ...argv],
    ],
    cwd,
    env: wallEnvironment(env),
    reports: true,
    inputs: [],
  };
}

/** Shell that makes `root` the root, with nothing in it but `mounts`, /proc and /dev. */
function setUp(programs: Record<string, string>, root: string, mounts: readonly Mount[]): string[] {
  const mount = quoted(programs.mount ?? "mount");
  const points = mountPoints();
  const hides = mounts.filter((one) => one.kind === "hide" && one.isFolder);
  // What lies in a mount that can be written to gets its place when that is there: a job below /tmp.
  const over = [...hides, ...mounts.filter((one) => one.kind === "write")];
  const isCovered = (one: Mount) => over.some((other) => one !== other && isWithin(one.path, other.path));
  const [first, later] = [mounts.filter((one) => !isCovered(one)), mounts.filter(isCovered)];
  const table = (lines: string[]) => [
    `printf '%s\\n' ${lines.map(quoted).join(" ")} > .table`,
    `${mount} -n -T ./.table -a`,
  ];
  const tableOf = (part: readonly Mount[]) => part.flatMap((one) => tableLines(root, one, points));
  return [
    `${mount} -n -t tmpfs -o mode=755,size=${rootBytesMax} walls ${quoted(root)}`,
    `cd ${quoted(root)}`,
    ...placesFor(first),
    "mkdir -p proc dev old",
    `${mount} -n -t tmpfs -o mode=755,size=${rootBytesMax} walls dev`,
    "mkdir dev/pts dev/shm",
    devices.map((name) => `: > dev/${name}`).join("; "),
    "ln -s /proc/self/fd dev/fd; ln -s pts/ptmx dev/ptmx",
    "ln -s /proc/self/fd/0 dev/stdin; ln -s /proc/self/fd/1 dev/stdout; ln -s /proc/self/fd/2 dev/stderr",
    ...table([...deviceLines(root), ...tableOf(first)]),
    ...(later.length > 0 ? [...placesFor(later), ...table(tableOf(later))] : []),
    "rm .table",
    ...hides.map((hide) => `${mount} -n -o remount,ro ${quoted(`.${hide.path}`)}`),
    `${quoted(programs.pivot_root ?? "pivot_root")} . old`,
    `${quoted(programs.umount ?? "umount")} -n -l /old`,
    "rmdir /old",
    `${mount} -n -o remount,ro,bind /`,
  ];
}

/** Files, folders and links to mount on, below the folder that becomes the root; few programs, for speed. */
function placesFor(mounts: readonly Mount[]): string[] {
  const links: string[] = [];
  const folders = new Set<string>();
  const files: string[] = [];
  for (const one of mounts) {
    const path = quoted(`.${one.path}`);
    // What is hidden exists in the folder that would show it.
    if (one.kind === "hide") continue;
    const isFolder = one.kind === "write" || (one.kind === "read" && one.isFolder);
    folders.add(isFolder ? path : quoted(`.${dirname(one.path)}`));
    if (one.kind === "link") links.push(`ln -s ${quoted(one.to)} ${path}`);
    else if (one.kind === "text") files.push(`printf '%s' ${quoted(one.text)} > ${path}`);
    else if (!isFolder) files.push(`: > ${path}`);
  }
  return [...links, `mkdir -p ${[...folders].join(" ")}`, ...files];
}

/** Lines of fstab(5). */
function tableLines(root: string, mount: Mount, points: readonly MountPoint[]): string[] {
  const at = (path: string) => fstabField(root + path);
  const { path } = mount;
  switch (mount.kind) {
    case "read": {
      const [own, ...below] = mountsAround(path, points);
      const options = (noexec = false) => `ro,nosuid,nodev${noexec ? ",noexec" : ""}`;
      return [
        `${fstabField(path)} ${at(path)} none rbind,${options(own?.noexec)} 0 0`,
        ...below.map((one) => `none ${at(one.path)} none remount,bind,${options(one.noexec)} 0 0`),
      ];
    }
    case "write":
      return [`${fstabField(mount.from)} ${at(path)} none bind 0 0`];
    case "hide":
      return mount.isFolder
        ? [`walls ${at(path)} tmpfs mode=755,size=${rootBytesMax} 0 0`]
        : [`/dev/null ${at(path)} none bind,ro 0 0`];
    case "link":
    case "text":
      return [];
    default:
      return mount satisfies never;
  }
}

function deviceLines(root: string): string[] {
  return [
    ...devices.map((name) => `/dev/${name} ${fstabField(`${root}/dev/${name}`)} none bind,ro 0 0`),
    `devpts ${fstabField(`${root}/dev/pts`)} devpts newinstance,ptmxmode=0666,mode=620 0 0`,
    `walls ${fstabField(`${root}/dev/shm`)} tmpfs mode=1777,nosuid,nodev 0 0`,
    `proc ${fstabField(`${root}/proc`)} proc nosuid,nodev,noexec 0 0`,
  ];
}

function fstabField(text: string): string {
  return text.replace(/[\s\\]/g, (letter) => `\\${letter.charCodeAt(0).toString(8).padStart(3, "0")}`);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
