import type { Enclosed, Enclosure, Wrapped } from "./enclosure.ts";
import { type Account, type Mount, mountsOf } from "./mounts.ts";
import { wallProtection } from "./promises.ts";
import type { Policy } from "./visible.ts";

/** Descriptors of the program: 3 is its report, 4 its options, the texts follow. */
const optionsDescriptor = 4;
/** Who the runner's root is inside; any number but 0 does. */
const accountOfRoot = 1000;

/** Walls by bubblewrap (https://github.com/containers/bubblewrap), 0.4 and later. */
export function bubblewrap(program: string, version: string, policy: Policy): Enclosure {
  const account = accountInside();
  return {
    protection: wallProtection("bubblewrap", []),
    tools: { bubblewrap: version },
    env: policy.env,
    wrap(command, hide) {
      const job = { folder: command.folder, home: command.env.HOME ?? command.folder, account };
      return wrapped(program, command, mountsOf(policy, job, hide), account);
    },
  };
}

/** The runner's own user, and somebody plain for root. */
export function accountInside(): Account {
  const [uid, gid] = [process.getuid?.() ?? accountOfRoot, process.getgid?.() ?? accountOfRoot];
  return { uid: uid === 0 ? accountOfRoot : uid, gid: gid === 0 ? accountOfRoot : gid };
}

function wrapped(program: string, command: Enclosed, mounts: Mount[], { uid, gid }: Account): Wrapped {
  const { cwd, env, prelude, argv, network } = command;
  const inputs: string[] = [];
  const mountOptions = mounts.flatMap((mount) => optionsOf(mount, inputs));
  // At last: a job may lie in a hidden folder, and needs a place in it.
  const hides = mounts.flatMap((one) => (one.kind === "hide" && one.isFolder ? [one.path] : []));
  const closed = ["/", ...hides];
  const options = [
    ...["--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"],
    ...(network ? [] : ["--unshare-net"]),
    ...["--uid", String(uid), "--gid", String(gid), "--hostname", "sandbox"],
    ...["--die-with-parent", "--new-session", "--cap-drop", "ALL", "--info-fd", "3"],
    ...["--proc", "/proc", "--dev", "/dev", ...mountOptions],
    ...closed.flatMap((path) => ["--remount-ro", path]),
    ...["--chdir", cwd],
    // Not by our own environment: LD_PRELOAD of a project would act on bubblewrap, outside the walls.
    ...Object.entries(env).flatMap(([name, value]) => ["--setenv", name, value]),
  ];
  return {
    ...startOf(program, ["--args", String(optionsDescriptor), "--", "sh", "-c", prelude, "tamma", ...argv]),
    cwd,
    env: wallEnvironment(env),
    reports: true,
    inputs: [`${options.join("\0")}\0`, ...inputs],
  };
}

/**
 * Root owns the machine's device files, under another name inside too, and could change their rights. From a
 * read-only /dev bubblewrap takes read-only ones; it has no option of its own for that.
 */
function startOf(program: string, args: string[]): { program: string; args: string[] } {
  if (process.getuid?.() !== 0) return { program, args };
  const line = 'mount -n --bind -o ro /dev /dev && exec "$@"';
  return { program: "unshare", args: ["--mount", "--", "sh", "-c", line, "walls", program, ...args] };
}

/**
 * The environment of the wall itself: the marks by which our processes are found, and the runner's own PATH.
 * The PATH of the command may be a project's, and the shell of a wall must not come from there.
 */
export function wallEnvironment({ TAMMA_JOB = "", TAMMA_COMMAND = "" }: Record<string, string>) {
  return { TAMMA_JOB, TAMMA_COMMAND, PATH: process.env.PATH ?? "/usr/sbin:/usr/bin:/sbin:/bin" };
}

function optionsOf(mount: Mount, inputs: string[]): string[] {
  const { path } = mount;
  switch (mount.kind) {
    case "read":
      return ["--ro-bind", path, path];
    case "write":
      return ["--bind", mount.from, path];
    case "link":
      return ["--symlink", mount.to, path];
    case "hide":
      return mount.isFolder ? ["--tmpfs", path] : ["--ro-bind", "/dev/null", path];
    case "text":
      inputs.push(mount.text);
      return ["--ro-bind-data", String(optionsDescriptor + inputs.length), path];
    default:
      return mount satisfies never;
  }
}
