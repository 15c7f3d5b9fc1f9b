import { type Context, report, withCommandName } from "../context.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import { clean } from "../render/text.ts";
import type { Finding } from "./finding.ts";

/** Tells what was found; 1 when something is wrong. */
export function reportFindings(context: Context, findings: readonly Finding[]): ExitCode {
  const faults = findings.filter((finding) => finding.state === "fault").length;
  const warnings = findings.filter((finding) => finding.state === "warning").length;
  const lines = findings.map((finding) => render(context, finding));
  const sum = `${counted(faults, "fault")}, ${counted(warnings, "warning")}`;
  report(context, { ok: faults === 0, faults, warnings, findings }, [...lines, sum].join("\n"));
  return faults === 0 ? exitCodes.ok : exitCodes.failed;
}

const looks = { ok: "done", warning: "retry", fault: "failed", skipped: "skipped" } as const;

function render({ style, env }: Context, { what, state, says, todo }: Finding): string {
  const look = looks[state];
  const line = `${style.glyph(look)} ${state.padEnd("warning".length)}  ${what}: ${clean(says)}`;
  const next = todo === null ? "" : `\n             ${withCommandName(clean(todo), env)}`;
  return style.paint(look, line) + next;
}

function counted(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? "" : "s"}`;
}
