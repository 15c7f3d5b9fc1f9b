import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { sandboxedCommands } from "./commands.ts";
import type { Enclosure } from "./enclosure.ts";

/** A machine under load starts a process in this time, or not at all. */
const probeTimeoutMs = 20_000;
const versionTimeoutMs = 5_000;
/** A program's first complaint says why; the rest repeats it. */
const reasonCharsMax = 300;

/** The version of a program on the PATH, or null when it is not there. */
export async function versionOf(program: string): Promise<string | null> {
  try {
    const { stdout } = await promisify(execFile)(program, ["--version"], {
      timeout: versionTimeoutMs,
      encoding: "utf8",
    });
    return /\d+(\.\d+)+/.exec(stdout)?.[0] ?? "unknown";
  } catch {
    return null;
  }
}

/**
 * Runs one command behind the walls and looks whether they hold: programs installed are often forbidden by
 * the kernel or by a container.
 *
 * @param canary a file of the runner that must not be seen inside.
 * @returns null when they hold, else the reason why they do not.
 */
export async function probe(enclosure: Enclosure, work: string, canary: string): Promise<string | null> {
  const folder = mkdtempSync(join(work, "probe-"));
  try {
    const commands = sandboxedCommands({
      job: "probe",
      folder,
      signal: AbortSignal.timeout(probeTimeoutMs),
      enclosure,
    });
    const { exitCode, stdout, stderr } = await commands.run(["sh", "-c", look, "look", canary], {
      cwd: folder,
      timeoutMs: probeTimeoutMs,
    });
    if (exitCode === 0 && stdout.trim() === "holds" && existsSync(join(folder, "written"))) return null;
    const said = (stdout.trim() || stderr.trim() || `ended with ${exitCode}`).split("\n")[0] ?? "";
    return (
      said.slice(0, reasonCharsMax) +
      (/permi|denied|not allowed|userns|namespace/i.test(said) ? advice() : "")
    );
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Says the first wall that does not hold. */
const look = [
  "echo yes > written || { echo 'the folder of the job cannot be written to'; exit 1; }",
  'if [ -e "$1" ]; then echo "the runner\'s files can be seen"; exit 1; fi',
  "if echo no 2>/dev/null > /usr/tamma-probe; then echo 'the system can be written to'; exit 1; fi",
  "if ( : >> /proc/sys/kernel/core_pattern ) 2>/dev/null; then echo 'kernel settings can be written to';" +
    " exit 1; fi",
  '[ "$(grep -c : /proc/net/dev)" = 1 ] || { echo "the network is not shut off"; exit 1; }',
  `[ -e /proc/1/stat ] && [ ! -e /proc/${process.pid}/task/${process.pid} ] || ` +
    "{ echo 'processes outside can be seen'; exit 1; }",
  "echo holds",
].join("\n");

/** Settings of Linux that forbid what both bubblewrap and unshare need. */
const forbidding: { file: string; value: string; todo: string }[] = [
  {
    file: "/proc/sys/kernel/apparmor_restrict_unprivileged_userns",
    value: "1",
    todo: "AppArmor forbids user namespaces: allow bwrap by a profile (see docs/security.md)",
  },
  {
    file: "/proc/sys/kernel/unprivileged_userns_clone",
    value: "0",
    todo: "the kernel forbids user namespaces: sysctl kernel.unprivileged_userns_clone=1",
  },
  {
    file: "/proc/sys/user/max_user_namespaces",
    value: "0",
    todo: "the kernel allows no user namespaces: sysctl user.max_user_namespaces=10000",
  },
];

function advice(): string {
  const found = forbidding.find(({ file, value }) => {
    try {
      return readFileSync(file, "utf8").trim() === value;
    } catch {
      return false;
    }
  });
  const container = existsSync("/.dockerenv") || existsSync("/run/.containerenv");
  if (found) return ` (${found.todo})`;
  return container ? " (a container forbids namespaces unless it is started to allow them)" : "";
}
