import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const macPath = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";

export type Chromium = { path: string } | { path: null; reason: string };

/**
 * A Chromium on this machine: `TAMMA_CHROMIUM`, else one on the PATH, else it is installed when we may
 * (root on Debian or Ubuntu). Otherwise the reason why there is none, which is shown to the person.
 */
export function findChromium(): Chromium {
  const found = installedChromium();
  if (found !== null) return { path: found };
  if (process.platform !== "linux" || !existsSync("/etc/debian_version")) {
    return {
      path: null,
      reason: "there is no Chromium on the PATH; install it, or name it in TAMMA_CHROMIUM",
    };
  }
  if (process.getuid?.() !== 0) {
    return { path: null, reason: "there is no Chromium on the PATH; as root: apt-get install -y chromium" };
  }
  return installChromium();
}

function installedChromium(): string | null {
  const named = process.env.TAMMA_CHROMIUM;
  if (named) return existsSync(named) ? named : null;
  const folders = (process.env.PATH ?? "").split(delimiter);
  const candidates = folders.flatMap((folder) => names.map((name) => join(folder, name)));
  return [...candidates, macPath].find((path) => existsSync(path)) ?? null;
}

function installChromium(): Chromium {
  process.stdout.write("browser: installing chromium (apt-get)\n");
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  // apt's progress is thousands of lines that tell a reader nothing; its errors are on stderr.
  const apt = (args: string[]) =>
    spawnSync("apt-get", args, { env, stdio: ["ignore", "ignore", "inherit"] }).status;
  const done = apt(["update", "-qq"]) === 0 && apt(["install", "-y", "-qq", "chromium"]) === 0;
  const path = done ? installedChromium() : null;
  return path === null ? { path, reason: "apt-get could not install chromium (see above)" } : { path };
}
