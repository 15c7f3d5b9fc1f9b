import { randomUUID } from "node:crypto";
import { appendFileSync } from "node:fs";
import { markInvisible } from "@tamma/core/domain/text/invisible.ts";

/**
 * What GitHub's runner, and those of Gitea and Forgejo, read from a job: commands in its log, and files whose
 * paths it gives. Source: GitHub Docs, "Workflow commands for GitHub Actions". Outside of CI the log is plain
 * lines, and the files are nobody's.
 */
export interface WorkflowLog {
  line(text: string): void;
  /** Lines up to `endGroup` are folded under the title. */
  group(title: string): void;
  endGroup(): void;
  /** Text of others: whatever it says, it is no command. */
  foreign(text: string): void;
  error(message: string, at?: { title?: string; file?: string; line?: number }): void;
  /** Nothing in the log shows this from now on. */
  mask(secret: string): void;
  output(name: string, value: string): void;
  summary(markdown: string): void;
}

/** More annotations of one step are dropped by the platform. */
const errorsMax = 10;
/** Nobody reads a longer one beside a line of code. */
const errorCharsMax = 2_000;

export function workflowLog(env: NodeJS.ProcessEnv, write: (text: string) => void): WorkflowLog {
  const inWorkflow = env.GITHUB_ACTIONS === "true";
  let errors = 0;
  const line = (text: string) => write(`${inWorkflow ? harmless(text) : `tamma-runner: ${text}`}\n`);
  const command = (name: string, properties: Record<string, string | number>, message: string) => {
    const pairs = Object.entries(properties).map(([key, value]) => `${key}=${property(String(value))}`);
    write(`::${name}${pairs.length > 0 ? ` ${pairs.join(",")}` : ""}::${data(message)}\n`);
  };
  return {
    line: (text) => line(markInvisible(text)),
    group: (title) => (inWorkflow ? command("group", {}, markInvisible(title)) : line(markInvisible(title))),
    endGroup: () => {
      if (inWorkflow) command("endgroup", {}, "");
    },
    foreign: (text) => {
      if (!inWorkflow) return write(markInvisible(text));
      const shown = markInvisible(text).replace(/\n?$/, "\n");
      if (!commandLike.test(shown)) return write(shown);
      // The word is drawn for each piece, so that no text can know it.
      const word = randomUUID();
      write(`::stop-commands::${word}\n${shown}::${word}::\n`);
    },
    error: (message, { title, file, line: at } = {}) => {
      const short = markInvisible(message).slice(0, errorCharsMax).toWellFormed();
      if (!inWorkflow) return line(`error: ${short}`);
      if (++errors > errorsMax) return;
      const place = file === undefined ? {} : { file, ...(at === undefined ? {} : { line: at }) };
      command("error", { ...place, ...(title === undefined ? {} : { title: markInvisible(title) }) }, short);
    },
    mask: (secret) => {
      if (!inWorkflow) return;
      // The platform hides lines, so a secret of several is said line by line.
      for (const part of secret.split(/\r?\n/)) if (part.trim() !== "") command("add-mask", {}, part);
    },
    output: (name, value) => {
      if (env.GITHUB_OUTPUT) appendFileSync(env.GITHUB_OUTPUT, assigned(name, value));
    },
    summary: (markdown) => {
      if (env.GITHUB_STEP_SUMMARY) appendFileSync(env.GITHUB_STEP_SUMMARY, `${markdown}\n`);
    },
  };
}

/** A value of any text for one of the platform's files; its end is a word that the value cannot hold. */
export function assigned(name: string, value: string): string {
  const end = `tamma-${randomUUID()}`;
  return `${name}<<${end}\n${value}\n${end}\n`;
}

/** What a platform may take for a command; a carriage return ends a line there too. */
const commandLike = /(^|[\r\n])\s*::|##\[/;

/** `::` begins a command at the start of a line, `##[` an older kind anywhere in it. */
function harmless(text: string): string {
  return text.replace(/^(\s*):(?=:)/gm, "$1.:").replaceAll("##[", "## [");
}

function data(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function property(text: string): string {
  return data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
