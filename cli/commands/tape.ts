import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { firstDifference, type RunEvent } from "@tamma/core/domain/audit/same-run.ts";
import type { RerunReport } from "@tamma/core/protocol/rest.ts";
import type { Command } from "commander";
import { z } from "zod";
import { type Context, report } from "../context.ts";
import { type ExitCode, exitCodes, usageError } from "../exit-codes.ts";
import { findLoop } from "../loop-ref.ts";
import { clean } from "../render/text.ts";
import { runTape } from "../run/tape.ts";
import type { Shell } from "./shell.ts";

/** Where the provider is when nobody says otherwise. */
const anthropic = "https://api.anthropic.com";

export function registerTape(program: Command, shell: Shell): void {
  const tape = program
    .command("tape")
    .description("record what models answer, replay it, and run a past loop again");
  const command = ["[command...]", "runs this with the provider's address set, and ends with it"] as const;
  tape
    .command("record")
    .description("stand between Tamma and its provider, and write every exchange to a new file")
    .argument("<file>", "the tape; it must not be there yet")
    .argument(...command)
    .option("--upstream <url>", "the provider; default: ANTHROPIC_BASE_URL, else Anthropic's own")
    .option("--scripted", "its answers were written by people, not given by a model")
    .option("--port <n>", "port on 127.0.0.1; default: a free one")
    .action(
      shell.act(
        (
          context: Context,
          file: string,
          run: string[],
          options: { upstream?: string; scripted?: boolean; port?: string },
        ) => record(context, file, run, options),
      ),
    );
  tape
    .command("replay")
    .description("be the provider: give the answers of a tape, strictly; 1 when something was not on it")
    .argument("<file>", "the tape")
    .argument(...command)
    .option("--port <n>", "port on 127.0.0.1; default: a free one")
    .action(
      shell.act((context: Context, file: string, run: string[], options: { port?: string }) =>
        replay(context, file, run, options),
      ),
    );
  tape
    .command("compare")
    .description("whether two runs are the same loop: what `tamma events --json` printed of each; 1 when not")
    .argument("<one>", "a file of events")
    .argument("<other>", "a file of events")
    .action(shell.act(compare));
  tape
    .command("rerun")
    .description("decide every command of a past loop again and compare; nothing is done; 1 when it differs")
    .argument("[loop]", "loop id or issue number; default: the only active one")
    .option("--from <seq>", "take the events before this one as they stand", "1")
    .action(shell.act(rerun));
}

async function record(
  context: Context,
  file: string,
  run: string[],
  { upstream, scripted, port }: { upstream?: string; scripted?: boolean; port?: string },
): Promise<ExitCode> {
  const path = resolve(context.cwd, file);
  if (existsSync(path))
    throw usageError(`${file} is there already`, "name a new file; a tape is not written over");
  const provider = upstream ?? (context.env.ANTHROPIC_BASE_URL || anthropic);
  const more = scripted ? ["--scripted"] : [];
  return runTape(
    context,
    ["record", "--file", path, "--upstream", provider, ...more, ...portArgs(port)],
    run,
    {
      begun: `recording ${provider} to ${file}`,
      // The key is the caller's own: it goes through, and never onto the tape.
      env: {},
    },
  );
}

async function replay(
  context: Context,
  file: string,
  run: string[],
  { port }: { port?: string },
): Promise<ExitCode> {
  const path = resolve(context.cwd, file);
  if (!existsSync(path)) throw usageError(`there is no tape ${file}`, "record one with `tamma tape record`");
  return runTape(context, ["replay", "--file", path, ...portArgs(port)], run, {
    begun: `replaying ${file}; no model is called`,
    // The client library wants a key to send; a tape takes any.
    env: { ANTHROPIC_API_KEY: context.env.ANTHROPIC_API_KEY || "replayed-tape" },
  });
}

function portArgs(port: string | undefined): string[] {
  return port === undefined ? [] : ["--port", port];
}

const EventLine = z.object({
  type: z.string(),
  actor: z.string(),
  payload: z.record(z.string(), z.unknown()),
});

async function compare(context: Context, one: string, other: string): Promise<ExitCode> {
  const [a, b] = [readEvents(context, one), readEvents(context, other)];
  const difference = firstDifference(a, b);
  const same = difference === null;
  const text = same
    ? `the same loop: ${a.length} events, equal but for times, ids and what the machine is`
    : `event ${difference.seq} (${difference.type}) differs in ${difference.field || "being there"}\n` +
      `  ${one}: ${short(difference.one)}\n  ${other}: ${short(difference.other)}`;
  report(context, { same, events: [a.length, b.length], difference }, clean(text));
  return same ? exitCodes.ok : exitCodes.failed;
}

/** Lines of `tamma events --json` or `tamma run --json`; lines that are no events are left out. */
function readEvents(context: Context, file: string): RunEvent[] {
  let text: string;
  try {
    text = readFileSync(resolve(context.cwd, file), "utf8");
  } catch (error) {
    throw usageError(
      `${file} cannot be read: ${(error as Error).message}`,
      "give what `tamma events --json` printed",
    );
  }
  const events = text.split("\n").flatMap((line) => {
    try {
      const parsed = EventLine.safeParse(JSON.parse(line));
      return parsed.success ? [parsed.data] : [];
    } catch {
      return [];
    }
  });
  if (events.length > 0) return events;
  throw usageError(`${file} holds no event`, "write one with `tamma events <loop> --json`");
}

async function rerun(
  context: Context,
  ref: string | undefined,
  options: { from: string },
): Promise<ExitCode> {
  const from = Number(options.from);
  if (!Number.isInteger(from) || from < 1) throw usageError(`--from ${options.from} is no event's number`);
  const api = context.api();
  const loop = await findLoop(api, ref);
  const found = await api.rerun(loop, from);
  report(context, { loop, ...found }, clean(`${loop}: ${renderRerun(found)}`));
  return found.same ? exitCodes.ok : exitCodes.failed;
}

export function renderRerun(found: RerunReport): string {
  const { same, commands, events, taken, effects, difference, from } = found;
  const whole = from === 1 ? "" : ` from event ${from} on`;
  const missing =
    taken === 0 ? "" : `; ${taken} events were taken as they stand, because their command is not on record`;
  if (same || difference === null)
    return (
      `the same${whole}: ${commands} commands gave the same ${events} events again` +
      ` (${effects} effects wanted, none performed)${missing}`
    );
  const { seq, commandType, command, field, recorded, now } = difference;
  return [
    `event ${seq} differs${field === "" ? "" : ` in ${field}`}, given by ${commandType} (${command})`,
    `  recorded: ${short(recorded)}`,
    `  now:      ${short(now)}`,
  ].join("\n");
}

/** Enough of a value to see what is meant. */
const shownCharsMax = 300;

function short(value: unknown): string {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "nothing");
  return text.length > shownCharsMax ? `${text.slice(0, shownCharsMax)}…` : text;
}
