import type { LoopCommand } from "../domain/loop/commands.ts";
import type { Effect } from "../domain/loop/effects.ts";
import { designProblems, type ModelTask, modelOutputs, planProblems } from "../domain/loop/proposal.ts";
import type { LiveLoop } from "../domain/loop/state.ts";
import type { ModelTurns, Prompts, TurnOutcome } from "../ports/model.ts";
import type { TurnAnswer, TurnError, TurnRequest } from "../protocol/model-turn.ts";

type Unlabelled = Omit<TurnRequest, "labels">;
type AskModel = Extract<Effect, { kind: "ask-model" }>;
type Report = Extract<
  LoopCommand,
  { type: "ReportPlan" | "ReportDesign" | "ReportReview" | "ReportModelFailure" }
>;

/** Turn ids that may be used up by turns that were cut off, before the provider counts as down. */
const turnsLostMax = 5;

/** What came was no answer of the protocol; a second one in a row is no accident. */
const garbledTurnsMax = 1;

export interface AskPorts {
  turns: ModelTurns;
  prompts: Prompts;
  /** Random text that nobody could have written into an issue. */
  nonce(): string;
}

/**
 * One model task: asks, reads the answer against the task's schema, and when it does not fit shows the model
 * what is wrong, once. Null when the same turn is still under way elsewhere: ask again later.
 */
export async function askModel(effect: AskModel, loop: LiveLoop, ports: AskPorts): Promise<Report | null> {
  const { task, n } = effect;
  const nonce = ports.nonce();
  const base = await ports.prompts.build(task, loop, nonce);
  const labels = {
    loop: loop.facts.loop,
    issue: String(loop.facts.issue.number),
    step: loop.step,
    attempt: String(loop.facts.attempts[task].failed + 1),
  };
  const ids = turnIds(loop.facts.loop, effect.key);
  const first = await ask(ports.turns, labels, ids, base);
  if ("inFlight" in first) return null;
  if ("error" in first) return failure(task, n, first.error);
  const read = readAnswer(task, first.answer, loop);
  if ("report" in read) return { ...read.report, n };

  const repair: Unlabelled = {
    ...base,
    messages: [
      ...base.messages,
      { role: "assistant", content: [{ type: "text", text: textOf(first.answer) || "(no text)" }] },
      { role: "user", content: [{ type: "text", text: repairText(read.problems, nonce) }] },
    ],
  };
  const second = await ask(ports.turns, labels, ids, repair);
  if ("inFlight" in second) return null;
  if ("error" in second) return failure(task, n, second.error);
  const again = readAnswer(task, second.answer, loop);
  if ("report" in again) return { ...again.report, n };
  const kind = second.answer.finish === "refusal" ? "refusal" : "garbage";
  return { type: "ReportModelFailure", task, n, kind, detail: again.problems.join("; "), retryAt: null };
}

/**
 * Turn ids of one effect, in order: a redelivered effect finds the answers of its first run under the same
 * ids.
 */
function turnIds(loop: string, key: string): { next(): string } {
  let n = 0;
  return {
    next: () => {
      n += 1;
      return `${loop}~${key}~t${n}`;
    },
  };
}

async function ask(
  turns: ModelTurns,
  labels: Omit<TurnRequest["labels"], "turn">,
  ids: { next(): string },
  request: Unlabelled,
): Promise<TurnOutcome> {
  let lost = 0;
  let garbled = 0;
  for (;;) {
    const turn = ids.next();
    const outcome = await turns.runTurn(labels.loop, turn, { ...request, labels: { ...labels, turn } });
    if (!("error" in outcome)) return outcome;
    const { kind } = outcome.error;
    if (kind === "turn-lost" && ++lost <= turnsLostMax) continue;
    if (kind === "garbage" && ++garbled <= garbledTurnsMax) continue;
    return outcome;
  }
}

function failure(task: ModelTask, n: number, error: TurnError): Report {
  return {
    type: "ReportModelFailure",
    task,
    n,
    kind: kindOf(error),
    detail: error.message,
    retryAt: error.retryAt,
  };
}

function kindOf(error: TurnError): Extract<Report, { type: "ReportModelFailure" }>["kind"] {
  switch (error.kind) {
    case "stopped":
    case "turn-lost":
      return "transient";
    default:
      return error.kind;
  }
}

type Read = { report: Exclude<Report, { type: "ReportModelFailure" }> } | { problems: string[] };

/** The answer as its task's schema reads it, or what is wrong with it in words for the model. */
function readAnswer(task: ModelTask, answer: TurnAnswer, loop: LiveLoop): Read {
  if (answer.finish === "refusal") return { problems: ["the model refused to answer"] };
  if (answer.finish === "length") return { problems: ["the answer was cut off; give a shorter one"] };
  let json: unknown;
  try {
    json = JSON.parse(withoutFence(textOf(answer)));
  } catch {
    return { problems: ["the answer is not JSON"] };
  }
  switch (task) {
    case "plan": {
      const parsed = modelOutputs.plan.safeParse(json);
      if (!parsed.success) return { problems: issues(parsed.error) };
      const problems = planProblems(parsed.data, loop.facts.clarifications.length > 0);
      return problems.length > 0 ? { problems } : { report: { type: "ReportPlan", n: 0, plan: parsed.data } };
    }
    case "design": {
      const parsed = modelOutputs.design.safeParse(json);
      if (!parsed.success) return { problems: issues(parsed.error) };
      const problems = designProblems(parsed.data);
      return problems.length > 0
        ? { problems }
        : { report: { type: "ReportDesign", n: 0, design: parsed.data } };
    }
    case "review": {
      const parsed = modelOutputs.review.safeParse(json);
      if (!parsed.success) return { problems: issues(parsed.error) };
      return { report: { type: "ReportReview", n: 0, review: parsed.data } };
    }
    default:
      return task satisfies never;
  }
}

function issues(error: { issues: { path: PropertyKey[]; message: string }[] }): string[] {
  return error.issues
    .slice(0, 10)
    .map((issue) => `${issue.path.map(String).join(".") || "answer"}: ${issue.message}`);
}

function textOf(answer: TurnAnswer): string {
  return answer.content.map((part) => (part.type === "text" ? part.text : "")).join("");
}

/** Some models wrap JSON into a Markdown fence although they were given a schema. */
function withoutFence(text: string): string {
  return /^\s*```(?:json)?\s*\n([\s\S]*?)\n\s*```\s*$/.exec(text)?.[1] ?? text;
}

/** The problems quote the answer, which quotes the issue: they are data like it. */
function repairText(problems: string[], nonce: string): string {
  const listed = problems.map((problem) => `- ${problem}`).join("\n");
  const data = listed.replaceAll(nonce, "(delimiter)");
  const block = `[[data ${nonce} what is wrong with your answer\n${data}\n${nonce}]]`;
  return `Your answer cannot be used.\n\n${block}\n\nAnswer again, whole, with that put right.`;
}
