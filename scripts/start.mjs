// npm start: see server/start.ts. This file only finds the right Node and passes signals on, so that
// nothing is left running when it ends.
import { spawn } from "node:child_process";
import { delimiter, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { ensureInstalled, projectNode } from "./bootstrap.mjs";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");

ensureInstalled();
const node = projectNode();
const env = { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ""}` };
// Not `runUnderProjectNode`: it waits without hearing signals.
const child = spawn(node, [join(root, "server/start.ts"), ...process.argv.slice(2)], {
  stdio: "inherit",
  env,
});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.once("error", (error) => {
  process.stderr.write(`tamma: could not start: ${error.message}\n`);
  process.exit(1);
});
child.once("exit", (code) => process.exit(code ?? 1));
