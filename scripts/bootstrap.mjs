// Makes a fresh clone ready and finds the Node that runs Tamma. Imports nothing that has to be
// installed, and runs on Node 20, which may be all the machine has.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { delimiter, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");

/**
 * Sources run without a build, so Node has to strip types without a flag: 22.18 on the 22 line, 23.6 and
 * later elsewhere. `node:sqlite` needs no flag since 22.13. Both were tried with 22.17 (fails) and 22.18.
 */
const oldest = "22.18";
const asksNode = `
  const able = process.features.typescript && process.getBuiltinModule("node:sqlite");
  process.stdout.write(able ? "able" : "");`;

/**
 * Installs what the lockfile names when that has not been done since it last changed.
 * Ends the process with npm's exit code when npm fails.
 */
export function ensureInstalled() {
  // npm writes this copy of the lockfile last, so it is older than the lockfile after a pull.
  const installed = modified("node_modules/.package-lock.json");
  const wanted = modified("package-lock.json");
  if (installed !== null && (wanted === null || installed >= wanted)) return;
  say(
    installed === null
      ? "installing packages (npm ci)"
      : "the lockfile changed: installing packages (npm ci)",
  );
  // Without its warnings: most say that this Node is too old, which is about to be seen to.
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  const run = spawnSync(npm, ["ci", "--loglevel=error"], {
    cwd: root,
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  if (run.status === 0) return;
  say(run.error ? `npm could not be started: ${run.error.message}` : "npm ci failed, see above");
  process.exit(run.status || 1);
}

/** The path of a Node that is new enough: the running one, else the one the lockfile brings. */
export function projectNode() {
  const candidates = [process.execPath, "node_modules/.bin/node", "node_modules/node/bin/node"];
  for (const candidate of candidates) {
    const path = resolve(root, candidate);
    if (!existsSync(path)) continue;
    const answer = spawnSync(path, ["-e", asksNode], { encoding: "utf8" });
    if (answer.status === 0 && answer.stdout === "able") return path;
  }
  say(`this is Node ${process.versions.node}; install Node ${oldest} or newer, then try again`);
  process.exit(1);
}

/**
 * Runs `script` (relative to the repository) under the project's Node after installing what is missing,
 * and ends this process with its exit code. The project's Node comes first on the child's PATH, so that
 * everything it starts by the name `node` is the same one.
 */
export function runUnderProjectNode(script, args) {
  ensureInstalled();
  const node = projectNode();
  if (node !== process.execPath) say(`using ${node.startsWith(root) ? "the project's own Node" : node}`);
  const env = { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ""}` };
  const run = spawnSync(node, [join(root, script), ...args], { cwd: root, stdio: "inherit", env });
  if (run.error) say(`could not start ${script}: ${run.error.message}`);
  process.exit(run.status ?? 1);
}

/**
 * The same for what serves until it is told to end: signals are passed on, so that nothing is left running
 * when this process ends. `runUnderProjectNode` waits without hearing them.
 */
export function serveUnderProjectNode(script, args) {
  ensureInstalled();
  const node = projectNode();
  const env = { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ""}` };
  const child = spawn(node, [join(root, script), ...args], { stdio: "inherit", env });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.once("error", (error) => {
    say(`could not start: ${error.message}`);
    process.exit(1);
  });
  child.once("exit", (code) => process.exit(code ?? 1));
}

function modified(path) {
  const found = statSync(join(root, path), { throwIfNoEntry: false });
  return found ? found.mtimeMs : null;
}

function say(text) {
  process.stderr.write(`tamma: ${text}\n`);
}
