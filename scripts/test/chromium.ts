import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { aptInstall } from "./apt.ts";

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
  const why = aptInstall("chromium");
  const path = why === null ? installedChromium() : null;
  if (path !== null) return { path };
  const todo = `${why ?? "not even after apt-get"}, or name it in TAMMA_CHROMIUM`;
  return { path, reason: `there is no Chromium on the PATH: ${todo}` };
}

function installedChromium(): string | null {
  const named = process.env.TAMMA_CHROMIUM;
  if (named) return existsSync(named) ? named : null;
  const folders = (process.env.PATH ?? "").split(delimiter);
  const candidates = folders.flatMap((folder) => names.map((name) => join(folder, name)));
  return [...candidates, macPath].find((path) => existsSync(path)) ?? null;
}
