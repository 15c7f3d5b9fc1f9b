#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { runCli } from "./program.ts";
import { processTerminal } from "./terminal.ts";

const { version } = JSON.parse(readFileSync(join(import.meta.dirname, "package.json"), "utf8"));

process.exitCode = await runCli(process.argv.slice(2), {
  env: process.env,
  cwd: process.cwd(),
  version,
  terminal: (plain) => processTerminal(process.env, plain),
});
