import { gateNames, issuePipeline, stepNumber, stepOfGate } from "@tamma/core/domain/loop/pipeline.ts";
import { levels } from "@tamma/core/domain/loop/work.ts";
import { checkpointRule } from "@tamma/core/domain/policy/modes.ts";
import { reservedRisks, riskKinds } from "@tamma/core/domain/policy/risk.ts";
import { documentedConstants } from "./doc-comments.ts";
import { code, table } from "./markdown.ts";

/** The 14 steps, as the pipeline's own table has them. */
export function steps(): string {
  return table(
    ["#", "step", "who acts", "what it does"],
    issuePipeline.map(({ name, actor, does }) => [String(stepNumber(name)), code(name), actor, does]),
  );
}

export function gates(): string {
  return table(
    ["gate", "shown at step"],
    gateNames.map((gate) => [code(gate), `${stepNumber(stepOfGate(gate))} ${code(stepOfGate(gate))}`]),
  );
}

/** Level x checkpoint, asked of the policy itself at a change without any risk. */
export function checkpoints(): string {
  const kinds = ["plan", "design", "open", "tests", "complete"] as const;
  const cell = (level: (typeof levels)[number], kind: (typeof kinds)[number]) => {
    const { needed, persons, notRequester, preApprovable } = checkpointRule(level, kind, []);
    if (!needed) return "nobody";
    const who = persons === 1 ? "one person" : `${persons} persons`;
    const but = notRequester ? ", not the requester" : "";
    return `${who}${but}${preApprovable ? "; may be approved ahead" : ""}`;
  };
  return table(
    ["checkpoint", ...levels.map(code)],
    kinds.map((kind) => [code(kind), ...levels.map((level) => cell(level, kind))]),
  );
}

export function risks(): string {
  return table(
    ["risk", "approval ahead of time"],
    riskKinds.map((kind) => [code(kind), reservedRisks.includes(kind) ? "never" : "possible"]),
  );
}

/** Every ceiling with the reason that stands above it in the source. */
export function limits(root: string): string {
  const found = documentedConstants(root, "core/domain/policy/limits.ts").filter((one) => one.exported);
  return table(
    ["limit", "value", "why"],
    found.map(({ name, value, says }) => [code(name), inWords(name, productOf(value)), reasonOf(says)]),
  );
}

/** Numbers of requirements mean nothing to a reader of the page. */
function reasonOf(says: string): string {
  return says.replace(/^FR-\d+[a-z]?: /, "").replace(/^[a-z]/, (first) => first.toUpperCase());
}

/** `3 * 24 * 60 * 60_000` as a number; limits are written as products of whole numbers. */
function productOf(expression: string): number {
  const factors = expression.split("*").map((factor) => Number(factor.trim().replaceAll("_", "")));
  const value = factors.reduce((product, factor) => product * factor, 1);
  if (!Number.isFinite(value))
    throw new Error(`${expression} is no product of numbers; see docs/pipeline.md`);
  return value;
}

const units: [name: string, ms: number][] = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1_000],
];

function inWords(name: string, value: number): string {
  if (/MicroUsd/.test(name)) return `$${value / 1_000_000}`;
  if (/Bytes/.test(name)) return `${value / 1_000_000} MB`;
  if (!/Ms$/.test(name)) return String(value);
  const [unit, ms] = units.find(([, ms]) => value >= ms && value % ms === 0) ?? ["millisecond", 1];
  return `${value / ms} ${unit}${value === ms ? "" : "s"}`;
}
