import { tmpdir } from "node:os";
import { PassThrough } from "node:stream";
import type { ExitCode } from "../exit-codes.ts";
import { runCli } from "../program.ts";
import { type SmallServer, token } from "./small-server.ts";

export interface CliRun {
  /** Types a line. */
  type(line: string): void;
  /** Ends the input, as Ctrl-D does. */
  endInput(): void;
  out(): string;
  err(): string;
  /** Resolves when standard error holds `text` more often than `times` before. */
  says(text: string): Promise<void>;
  code: Promise<ExitCode>;
}

export interface CliSetting {
  interactive?: boolean;
  env?: NodeJS.ProcessEnv;
  patienceMs?: number;
  cwd?: string;
}

/** Runs a command line in this process against a small server; its terminal is a pair of streams. */
export function cli(server: Pick<SmallServer, "url">, args: string[], setting: CliSetting = {}): CliRun {
  const input = new PassThrough();
  const errors = new PassThrough();
  let out = "";
  let err = "";
  const waiting: { text: string; done: () => void }[] = [];
  const hear = (text: string) => {
    err += text;
    for (const one of waiting.splice(0)) err.includes(one.text) ? one.done() : waiting.push(one);
  };
  errors.on("data", (chunk: Buffer) => hear(chunk.toString("utf8")));
  const env = setting.env ?? { TAMMA_SERVER: server.url, TAMMA_TOKEN: token };
  const code = runCli(args, {
    env,
    cwd: setting.cwd ?? tmpdir(),
    version: "0.0.0",
    patienceMs: setting.patienceMs ?? 2_000,
    terminal: () => ({
      out: (text) => {
        out += text;
      },
      err: hear,
      input,
      errors,
      interactive: setting.interactive ?? false,
      repaints: false,
      columns: () => 100,
      color: false,
      unicode: false,
    }),
  });
  return {
    type: (line) => void input.write(`${line}\n`),
    endInput: () => void input.end(),
    out: () => out,
    err: () => err,
    says: (text) =>
      err.includes(text) ? Promise.resolve() : new Promise((done) => waiting.push({ text, done })),
    code,
  };
}
