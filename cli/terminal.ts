import { onlyOurs } from "./render/text.ts";

/** Where a command reads and writes. Standard output is data, standard error is progress. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  input: NodeJS.ReadableStream;
  /** Where prompts are echoed; the stream behind `err`. */
  errors: NodeJS.WritableStream;
  /** Can a person be asked? Only when both what he reads and what he types is a terminal. */
  interactive: boolean;
  /** May lines be painted over? */
  repaints: boolean;
  columns(): number;
  color: boolean;
  unicode: boolean;
}

/** The same terminal behind the gate: nothing reaches it but text and sequences of our own. */
export function gated(terminal: Terminal, json: boolean): Terminal {
  const painted = !json && (terminal.color || terminal.repaints);
  return {
    ...terminal,
    out: (text) => terminal.out(onlyOurs(text, painted)),
    err: (text) => terminal.err(onlyOurs(text, painted)),
  };
}

/** Narrower than this no layout helps; wider than most people read. */
const columnsDefault = 80;

/** The terminal of this process: colours, characters and prompts as environment and `--plain` allow. */
export function processTerminal(env: NodeJS.ProcessEnv, plain: boolean): Terminal {
  const { stdin, stdout, stderr } = process;
  const tty = stderr.isTTY === true && env.TERM !== "dumb";
  return {
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    input: stdin,
    errors: stderr,
    interactive: stdin.isTTY === true && stderr.isTTY === true,
    repaints: tty && !plain,
    columns: () => stderr.columns ?? columnsDefault,
    color: wantsColor(env, tty, plain),
    unicode: !plain && isUtf8(env),
  };
}

/** https://no-color.org: any value that is not empty means no colour; FORCE_COLOR is the usual opposite. */
export function wantsColor(env: NodeJS.ProcessEnv, tty: boolean, plain: boolean): boolean {
  if (plain || (env.NO_COLOR ?? "") !== "") return false;
  return tty || !["", "0", "false"].includes(env.FORCE_COLOR ?? "");
}

/**
 * POSIX: LC_ALL wins over LC_CTYPE wins over LANG. Windows and macOS terminals are UTF-8 without saying so.
 */
export function isUtf8(env: NodeJS.ProcessEnv, platform: NodeJS.Platform = process.platform): boolean {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || "";
  if (locale !== "") return /utf-?8/i.test(locale);
  return platform === "win32" || platform === "darwin";
}
