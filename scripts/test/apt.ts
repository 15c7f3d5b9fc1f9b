import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

/**
 * Installs a Debian package when we may (root on Debian or Ubuntu).
 *
 * @returns null when it is installed, else the reason why it is not, which is shown to the person.
 */
export function aptInstall(name: string): string | null {
  if (process.platform !== "linux" || !existsSync("/etc/debian_version")) return `install ${name}`;
  if (process.getuid?.() !== 0) return `as root: apt-get install -y ${name}`;
  process.stdout.write(`installing ${name} (apt-get)\n`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  // apt's progress is thousands of lines that tell a reader nothing; its errors are on stderr.
  const apt = (args: string[]) =>
    spawnSync("apt-get", args, { env, stdio: ["ignore", "ignore", "inherit"] }).status;
  const done = apt(["update", "-qq"]) === 0 && apt(["install", "-y", "-qq", name]) === 0;
  return done ? null : `apt-get could not install ${name} (see above)`;
}
