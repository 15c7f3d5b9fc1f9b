import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { resolve } from "node:path";
import type { Runner } from "@tamma/core/protocol/rest.ts";
import type { Command } from "commander";
import { type Context, report } from "../context.ts";
import { CliError, type ExitCode, exitCodes, usageError } from "../exit-codes.ts";
import { findTarget } from "../http/target.ts";
import { clean, renderDuration } from "../render/text.ts";
import { startBeside } from "../run/beside.ts";
import type { Shell } from "./shell.ts";

interface EnrolOptions {
  key?: string;
  publicKey?: string;
  name?: string;
}

export function registerRunners(program: Command, shell: Shell): void {
  const runners = program.command("runners").description("the machines that do the jobs");
  runners
    .command("list")
    .description("all runners, when they were seen and what protects this machine from their jobs")
    .action(shell.act(list));
  runners
    .command("enroll")
    .description("let a runner work for this server: this machine by --key, another one by its --public-key")
    .option("--key <file>", "private key of a runner on this machine; made when there is none")
    .option("--public-key <file>", "public key (SPKI PEM, Ed25519) of a runner elsewhere")
    .option("--name <name>", "name under which people see it; default: this machine's")
    .action(shell.act(enrol));
  runners
    .command("revoke")
    .description("end a runner's right for good: its key, its tokens, and the jobs that it holds")
    .argument("<runner>", "id or name")
    .action(shell.act(revoke));
}

async function list(context: Context): Promise<ExitCode> {
  const runners = await context.api().runners();
  const lines = runners.map((runner) => renderRunner(runner, Date.now()));
  const none = "no runner is enrolled; enrol this machine with `tamma runners enroll --key FILE`";
  report(context, { runners }, lines.length === 0 ? none : lines.join("\n"));
  return exitCodes.ok;
}

export function renderRunner(runner: Runner, now: number): string {
  const { id, name, seenAt, revokedAt, labels, tools } = runner;
  const seen = seenAt === null ? "never seen" : `seen ${renderDuration(Math.max(0, now - seenAt))} ago`;
  const state = revokedAt === null ? seen : "revoked";
  const { sandbox = "protection not told", node, git } = tools;
  const versions = Object.entries({ node, git }).flatMap(([tool, version]) =>
    version === undefined ? [] : [`${tool} ${version}`],
  );
  return clean([id, name, state, sandbox, labels.join(" "), versions.join(", ")].filter(Boolean).join("  "));
}

async function enrol(context: Context, options: EnrolOptions): Promise<ExitCode> {
  const { key, publicKey, name } = options;
  if ((key === undefined) === (publicKey === undefined))
    throw usageError("give --key or --public-key", "--key FILE enrols this machine");
  if (publicKey !== undefined) {
    const text = readKey(context, publicKey);
    const { runner } = await context.api().enrolRunner({ name: name ?? hostname(), publicKey: text });
    report(context, { runner }, `enrolled ${runner}`);
    return exitCodes.ok;
  }
  return enrolHere(context, resolve(context.cwd, key ?? ""), name);
}

/** The private key is the runner's own affair, so its program makes it. */
async function enrolHere(context: Context, key: string, name: string | undefined): Promise<ExitCode> {
  const { server, token } = findTarget({ state: context.state }, context.env, context.cwd);
  const named = name === undefined ? [] : ["--name", name];
  const program = startBeside("runner/main.ts", ["enroll", "--server", server, "--key", key, ...named], {
    env: { ...context.env, TAMMA_TOKEN: token },
    cwd: context.cwd,
  });
  let said = "";
  for await (const line of program.lines) said += `${line}\n`;
  if ((await program.ended) !== 0)
    throw new CliError({
      exitCode: exitCodes.failed,
      code: "not-enrolled",
      message: program.words().replace(/^tamma-runner: /, "") || "the runner's program gave no reason",
      todo: "is the server there (`tamma doctor`), and is the key file yours alone?",
    });
  const runner = /enrolled as (\S+)/.exec(said)?.[1] ?? "";
  const start = `node runner/main.ts serve --key ${key}`;
  report(context, { runner, server, key, start }, `enrolled ${runner} at ${server}\nstart it with  ${start}`);
  return exitCodes.ok;
}

async function revoke(context: Context, given: string): Promise<ExitCode> {
  const api = context.api();
  const all = await api.runners();
  const found = all.filter(
    ({ id, name, revokedAt }) => id === given || (name === given && revokedAt === null),
  );
  const [runner, another] = found;
  if (!runner) throw usageError(`no runner is called ${given}`, "list them with `tamma runners list`");
  if (another)
    throw usageError(
      `${found.length} runners are called ${given}`,
      `name one of ${found.map(({ id }) => id).join(", ")}`,
    );
  const { revoked } = await api.revokeRunner(runner.id);
  report(context, { revoked }, `revoked ${revoked}; its key is of no use any more`);
  return exitCodes.ok;
}

function readKey(context: Context, file: string): string {
  try {
    return readFileSync(resolve(context.cwd, file), "utf8");
  } catch (error) {
    throw usageError(`${file} cannot be read: ${(error as Error).message}`, "give a PEM file");
  }
}
