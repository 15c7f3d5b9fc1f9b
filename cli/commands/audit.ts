import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { verifyChain } from "@tamma/core/domain/audit/chain.ts";
import { Envelope } from "@tamma/core/domain/loop/events.ts";
import type { Command } from "commander";
import { type Context, report } from "../context.ts";
import { CliError, type ExitCode, exitCodes, usageError } from "../exit-codes.ts";
import { findLoop } from "../loop-ref.ts";
import { renderChain } from "../render/summary.ts";
import type { Shell } from "./shell.ts";

/** The server gives no more than 500 at once. */
const eventsPerPage = 200;

interface VerifyOptions {
  all?: boolean;
  file?: string;
}

export function registerAudit(program: Command, shell: Shell): void {
  const loop = ["[loop]", "loop id or issue number; default: the only active one"] as const;
  const audit = program.command("audit").description("is the record whole and unchanged?");
  audit
    .command("verify")
    .description(
      "check the hash chain of a loop's record; 1 when it is broken, with the event that does not fit",
    )
    .argument(...loop)
    .option("--all", "every loop that the server knows")
    .option("--file <file>", "an exported record, without any server")
    .action(shell.act(verify));
  audit
    .command("export")
    .description("the record as JSON lines, with all that is hashed")
    .argument(...loop)
    .option("--out <file>", "into a new file instead of standard output")
    .action(shell.act(exportRecord));
  program
    .command("verify")
    .description("the same as audit verify <loop>")
    .argument(...loop)
    .action(shell.act((context: Context, ref: string | undefined) => verify(context, ref, {})));
}

async function verify(context: Context, ref: string | undefined, options: VerifyOptions): Promise<ExitCode> {
  const given = [ref, options.file, options.all ? "all" : undefined].filter((one) => one !== undefined);
  if (given.length > 1) throw usageError("a loop, --all and --file exclude each other", "give one of them");
  if (options.file !== undefined) return verifyFile(context, options.file);
  const api = context.api();
  const list = options.all ? await api.loops("all") : null;
  const loops = list ? list.loops.map((one) => one.id) : [await findLoop(api, ref)];
  let broken = 0;
  for (const loop of loops) {
    const chain = await api.verify(loop);
    if (!chain.ok) broken += 1;
    report(context, { loop, ...chain }, `${loop}: ${renderChain(chain)}`);
  }
  if (list?.degraded)
    throw new CliError({
      exitCode: exitCodes.failed,
      code: "list-incomplete",
      message: "the list of loops is not complete now, so older ones were not checked",
      todo: "look at the database with `tamma doctor`, then try again",
    });
  if (options.all && !context.json) context.terminal.err(`${loops.length} records, ${broken} broken\n`);
  return broken === 0 ? exitCodes.ok : exitCodes.failed;
}

/** Each line is looked at as it stands; a line that is no event is where the record breaks. */
function verifyFile(context: Context, file: string): ExitCode {
  const envelopes: Envelope[] = [];
  let unreadable: number | null = null;
  for (const line of readText(context, file).split("\n")) {
    if (line.trim() === "") continue;
    const parsed = Envelope.safeParse(jsonOf(line));
    if (!parsed.success) {
      unreadable = envelopes.length + 1;
      break;
    }
    envelopes.push(parsed.data);
  }
  const found = verifyChain(envelopes, sha256);
  const chain =
    found.ok && unreadable !== null
      ? { ...found, ok: false, brokenAt: unreadable, problem: `line ${unreadable} is no event` }
      : found;
  if (chain.ok && chain.events === 0) throw usageError(`${file} holds no event`, "export a record first");
  report(context, { file, ...chain }, `${file}: ${renderChain(chain)}`);
  return chain.ok ? exitCodes.ok : exitCodes.failed;
}

async function exportRecord(
  context: Context,
  ref: string | undefined,
  options: { out?: string },
): Promise<ExitCode> {
  const api = context.api({ raw: true });
  const loop = await findLoop(api, ref);
  const lines: string[] = [];
  for (let after = 0; ; ) {
    const { envelopes, next } = await api.record(loop, after, eventsPerPage);
    if (envelopes.length === 0) break;
    lines.push(...envelopes.map((envelope) => `${asciiJson(envelope)}\n`));
    after = next;
  }
  if (options.out === undefined) {
    for (const line of lines) context.terminal.out(line);
    return exitCodes.ok;
  }
  writeNew(resolve(context.cwd, options.out), lines.join(""));
  report(
    context,
    { loop, file: options.out, events: lines.length },
    `${lines.length} events in ${options.out}`,
  );
  return exitCodes.ok;
}

/** Nothing that could steer a terminal stands in it, and it parses to the very same value. */
function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[^\x20-\x7e]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function readText({ cwd }: Context, file: string): string {
  try {
    return readFileSync(resolve(cwd, file), "utf8");
  } catch (error) {
    throw usageError(`${file} cannot be read: ${(error as Error).message}`, "name an exported record");
  }
}

function writeNew(file: string, text: string): void {
  try {
    writeFileSync(file, text, { flag: "wx", mode: 0o600 });
  } catch (error) {
    throw usageError(
      `${file} cannot be written: ${(error as Error).message}`,
      "name a file that is not there",
    );
  }
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

function sha256(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("hex");
}
