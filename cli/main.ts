#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { enableCompileCache } from "node:module";
import { join } from "node:path";

// What is compiled after this is found compiled by the next start, which needs half the time. Without a place
// to write to, nothing is kept. Only what is imported from here on counts.
enableCompileCache(join(import.meta.dirname, "../dist/compiled"));
const { runCli } = await import("./program.ts");
const { processTerminal } = await import("./terminal.ts");

const { version } = JSON.parse(readFileSync(join(import.meta.dirname, "package.json"), "utf8"));

process.exitCode = await runCli(process.argv.slice(2), {
  env: process.env,
  cwd: process.cwd(),
  version,
  terminal: (plain) => processTerminal(process.env, plain),
});
