import { readFileSync } from "node:fs";
import { join } from "node:path";
import { comparable, type RunEvent } from "@tamma/core/domain/audit/same-run.ts";
import type { EventLine, RerunReport } from "@tamma/core/protocol/rest.ts";
import type { ScriptInput } from "../../server/sample/script.ts";
import { printed, startProcess } from "./processes.ts";
import { openStage } from "./stage.ts";

/** The tape of the sample's first issue, and the events of the loop that it was recorded of. */
export const sampleTape = join(import.meta.dirname, "fixtures/sample-1.tape.jsonl");
export const sampleEvents = join(import.meta.dirname, "fixtures/sample-1.events.jsonl");

/** A tape process: what it said at its end, and whether it missed nothing. */
export interface Tape {
  url: string;
  stop(): Promise<{ code: number | null; tally: Record<string, number>; output: string }>;
}

export async function startTape(args: string[]): Promise<Tape> {
  const tape = startProcess(["server/tape.ts", ...args, "--with-parent"]);
  const url = (await printed(tape, /"url":"([^"]+)"/))[1] as string;
  return {
    url,
    async stop() {
      const code = await tape.stop();
      const tally = JSON.parse(/^\{"end":(.*)\}$/m.exec(tape.output())?.[1] ?? "{}");
      return { code, tally, output: tape.output() };
    },
  };
}

export interface TapedLoop {
  word: string;
  events: EventLine[];
  rerun: RerunReport;
}

/** One loop on a fresh state folder and a fresh repository, every checkpoint approved, from this provider. */
export async function playLoop(
  providerUrl: string,
  work: {
    script: ScriptInput;
    repository: (folder: string) => unknown;
    title: string;
    body: string;
  },
): Promise<TapedLoop> {
  await using stage = await openStage({ ...work, providerUrl });
  const loop = await stage.start(work.title, work.body);
  const { word } = await stage.approveAll(loop);
  const path = `/api/v1/loops/${encodeURIComponent(loop)}/rerun`;
  return { word, events: await stage.events(loop), rerun: await stage.call<RerunReport>("GET", path) };
}

/** What is kept beside a tape: the events as they are compared, with nothing of a machine in them. */
export function keptEvents(events: readonly EventLine[]): string {
  return comparable(events)
    .map((event) => `${JSON.stringify(event)}\n`)
    .join("");
}

export function readEvents(file: string): RunEvent[] {
  return readFileSync(file, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as RunEvent);
}
