import { spawn } from "node:child_process";
import type { Context } from "../context.ts";
import { CliError, type ExitCode, exitCodes } from "../exit-codes.ts";
import { clean } from "../render/text.ts";
import { type Beside, startBeside } from "./beside.ts";

/** What the tape's process tells, one object a line. */
interface Told {
  url?: string;
  exchange?: { what: string; answers: string; status: number | null; bytes: number };
  missed?: string;
  left?: string;
  end?: Record<string, number>;
}

/**
 * Runs a tape until it is told to end, or as long as the given command runs: its exit code first, then the
 * tape's.
 */
export async function runTape(
  context: Context,
  args: string[],
  command: string[],
  { begun, env }: { begun: string; env: NodeJS.ProcessEnv },
): Promise<ExitCode> {
  const tape = startBeside("server/tape.ts", [...args, "--with-parent"], {
    env: context.env,
    cwd: context.cwd,
  });
  const first = await tape.lines.next();
  if (first.done) {
    await tape.ended;
    throw new CliError({
      exitCode: exitCodes.usage,
      code: "no-tape",
      message: tape.words() || "the tape did not start",
      todo: "put that right, then try again",
    });
  }
  const { url = "" } = JSON.parse(first.value) as Told;
  show(context, first.value, `${begun}; start Tamma with ANTHROPIC_BASE_URL=${url}, Ctrl-C ends it`);
  const told = follow(context, tape);
  const [name, ...rest] = command;
  const code =
    name === undefined ? 0 : await runWith(context, name, rest, { ...env, ANTHROPIC_BASE_URL: url });
  const ended = await (name === undefined ? tape.ended : tape.stop());
  await told;
  if (code !== 0) return code as ExitCode;
  return ended === 0 ? exitCodes.ok : exitCodes.failed;
}

async function follow(context: Context, tape: Beside): Promise<void> {
  for await (const line of tape.lines) {
    const told = JSON.parse(line) as Told;
    show(context, line, told.end ? renderTally(told.end) : inWords(told), told.end !== undefined);
  }
}

/** The tally is the result; everything before it is progress. */
function show({ json, terminal }: Context, line: string, text: string, result = false): void {
  if (json) terminal.out(`${line}\n`);
  else if (result) terminal.out(`${clean(text)}\n`);
  else terminal.err(`tamma: ${clean(text)}\n`);
}

function inWords({ exchange, missed, left }: Told): string {
  if (missed !== undefined) return `not on the tape: ${missed}`;
  if (left !== undefined) return `not taped: ${left}`;
  if (!exchange) return "";
  const { what, answers, status, bytes } = exchange;
  return `${what}: ${status ?? "no answer"}, ${bytes} bytes, ${answers}`;
}

function renderTally(tally: Record<string, number>): string {
  return Object.entries(tally)
    .map(([name, count]) => `${count} ${name}`)
    .join(", ");
}

/** The command in this terminal, told where its provider is. Its exit code; 127 when it cannot be started. */
function runWith(context: Context, name: string, args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  return new Promise((done) => {
    // Its output is not ours: standard output is the tape's result.
    const stdio = ["inherit", context.json ? "ignore" : 2, "inherit"] as const;
    const child = spawn(name, args, { cwd: context.cwd, env: { ...context.env, ...env }, stdio: [...stdio] });
    child.once("error", (error) => {
      context.terminal.err(`tamma: ${name} cannot be started: ${error.message}\n`);
      done(127);
    });
    child.once("close", (code) => done(code ?? exitCodes.failed));
  });
}
