import type { Evidence } from "@tamma/core/domain/loop/evidence.ts";
import type { Question } from "@tamma/core/domain/loop/proposal.ts";
import { toolAnswer } from "@tamma/core/prompts/develop.ts";
import type { Turn, TurnError, TurnRequest } from "@tamma/core/protocol/model-turn.ts";
import { excerptCharsMax } from "../project/excerpt.ts";
import { Conversation } from "./conversation.ts";
import { type Desk, type ToolAnswer, ToolRefused } from "./desk.ts";
import { parseCall, type ToolInput, toolList } from "./tool-call.ts";
import { useTool } from "./tools.ts";
import { Walls } from "./walls.ts";

/** How the job judges a `finish`. `end`: nothing more to do (`failed` when it gave up). */
export type FinishAnswer =
  | { accepted: true; text: string; end: boolean }
  | { accepted: false; text: string; fingerprint: string; end: Evidence | null };

export interface AgentJob {
  desk: Desk;
  system: string;
  first: readonly Turn[];
  labels: Omit<TurnRequest["labels"], "turn">;
  turnsMax: number;
  finish(input: ToolInput<"finish">): Promise<FinishAnswer>;
}

export type AgentEnd =
  | { end: "finished" }
  | { end: "question"; questions: Question[] }
  | { end: "provider"; error: TurnError }
  | { end: "stopped" }
  | { end: "failed"; evidence: Evidence };

/** One answer: whole files are written in it, and thinking counts as output too. */
const outputTokensMax = 32_000;
/** A lost turn is asked again under the next number; a provider that loses more is not there. */
const lostTurnsMax = 3;
/** What came was no answer of the protocol; a second one in a row is no accident. */
const garbledTurnsMax = 1;

/** Turn after turn until the job is finished, refused for good, or out of turns. */
export async function runAgent(job: AgentJob): Promise<AgentEnd> {
  const { desk } = job;
  const conversation = new Conversation(job.first);
  const walls = new Walls();
  let lost = 0;
  let garbled = 0;
  let said = "";
  for (let turn = 1; turn <= job.turnsMax; turn++) {
    if (desk.context.signal.aborted) return { end: "stopped" };
    const result = await desk.context.turn(requestOf(job, conversation, turn));
    if ("error" in result) {
      const { kind } = result.error;
      if (kind === "stopped") return { end: "stopped" };
      if (kind === "turn-lost" && ++lost <= lostTurnsMax) continue;
      if (kind === "garbage" && ++garbled <= garbledTurnsMax) continue;
      if (kind === "overflow" && conversation.prune(1, 0)) continue;
      return { end: "provider", error: result.error };
    }
    garbled = 0;
    const { content, finish } = result.answer;
    // Providers refuse an empty message when it comes back to them.
    conversation.add({
      role: "assistant",
      content: content.length > 0 ? content : [{ type: "text", text: "(nothing)" }],
    });
    for (const part of content)
      if (part.type === "text" && part.text.trim()) desk.context.log(`${part.text.trim()}\n`);
    if (finish === "refusal") return { end: "provider", error: refusalOf(content) };

    const answers: Extract<Turn, { role: "user" }>["content"] = [];
    let finished = false;
    for (const part of content) {
      if (part.type !== "tool-call") continue;
      if (desk.context.signal.aborted) return { end: "stopped" };
      const { answer, end } = await perform(job, part.name, part.input, walls);
      if (end) return end;
      finished ||= part.name === "finish";
      if (answer.isError) said = answer.text;
      const text = answer.ours ? answer.text : toolAnswer(desk.context.delimiter, part.name, answer.text);
      answers.push({ type: "tool-result", id: part.id, text, isError: answer.isError });
    }
    if (answers.length === 0) answers.push({ type: "text", text: nudge(finish) });
    conversation.add({ role: "user", content: answers });
    walls.turn(desk.changes, finished);
    const evidence = walls.hit(said.slice(0, excerptCharsMax));
    if (evidence) return { end: "failed", evidence };
  }
  const summary = `not finished after ${job.turnsMax} turns, in phase ${desk.phase}`;
  return {
    end: "failed",
    evidence: {
      summary,
      fingerprint: `turns:${desk.phase}`,
      excerpt: said.slice(0, excerptCharsMax),
      log: null,
    },
  };
}

function requestOf(job: AgentJob, { messages }: Conversation, turn: number): TurnRequest {
  const { system, labels } = job;
  return {
    system,
    messages: [...messages],
    tools: toolList,
    outputSchema: null,
    maxOutputTokens: outputTokensMax,
    labels: { ...labels, turn: String(turn) },
  };
}

type Performed = { answer: ToolAnswer; end?: undefined } | { answer?: undefined; end: AgentEnd };

async function perform(job: AgentJob, name: string, input: unknown, walls: Walls): Promise<Performed> {
  const { desk } = job;
  try {
    const call = parseCall(name, input);
    if (call.name === "ask") return { end: { end: "question", questions: call.input.questions } };
    if (call.name === "finish") return await performFinish(job, call.input, walls);
    desk.context.log(`[${desk.phase}] ${call.name} ${"path" in call.input ? call.input.path : ""}\n`);
    const answer = await useTool(desk, call);
    // In red a failing test is the aim, not a wall.
    if (call.name === "run" && desk.phase !== "red") {
      if (answer.fingerprint === undefined) walls.passed();
      else walls.failed(answer.fingerprint, desk.changes, false);
    }
    return { answer };
  } catch (refused) {
    if (!(refused instanceof ToolRefused)) throw refused;
    return { answer: { text: refused.message, isError: true } };
  }
}

async function performFinish(job: AgentJob, input: ToolInput<"finish">, walls: Walls): Promise<Performed> {
  const { desk, finish } = job;
  const phase = desk.phase;
  const judged = await finish(input);
  desk.context.log(`[${phase}] finish: ${judged.accepted ? "accepted" : `refused: ${judged.text}`}\n`);
  if (judged.accepted) {
    walls.passed();
    return judged.end
      ? { end: { end: "finished" } }
      : { answer: { text: judged.text, isError: false, ours: true } };
  }
  if (judged.end) return { end: { end: "failed", evidence: judged.end } };
  walls.failed(judged.fingerprint, desk.changes, true);
  return { answer: { text: judged.text, isError: true } };
}

function nudge(finish: string): string {
  if (finish === "length")
    return "Your answer was cut because it was too long. Go on in smaller steps: one file at a time.";
  return "Nothing happened: work through the tools, and call finish when the phase is done.";
}

function refusalOf(content: readonly { type: string }[]): TurnError {
  const text = content
    .flatMap((part) => ("text" in part ? [String(part.text)] : []))
    .join(" ")
    .slice(0, 500);
  return {
    kind: "refusal",
    message: `the model refused: ${text}`,
    status: null,
    retryAt: null,
    requestId: null,
  };
}
