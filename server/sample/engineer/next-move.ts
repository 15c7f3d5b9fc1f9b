import type { AgentToolName, Phase } from "@tamma/core/protocol/agent-tools.ts";
import type { Attempt, Edit, IssueScript, Script } from "../script.ts";
import type { Situation } from "./request.ts";

export interface Call {
  readonly tool: AgentToolName;
  readonly input: Record<string, unknown>;
}

/** What the engineer says next: words, tool calls, or both. */
export interface Move {
  readonly text: string;
  readonly calls: readonly Call[];
}

/** No script for this request; the message goes out as a 400. */
export class NoScript extends Error {
  override readonly name = "NoScript";
}

/** Git's own advice for the first line of a commit message. */
const subjectCharsMax = 72;

/** The issue's script: by the title that the task quotes, or else by the issue's number. */
export function scriptFor(script: Script, situation: Situation): IssueScript {
  const quoted = script.issues.find((issue) => `${situation.heard}\n`.includes(`Title: ${issue.title}\n`));
  const found = quoted ?? script.issues.find((issue) => issue.number === situation.issue);
  if (found) return found;
  throw new NoScript(
    `The scripted engineer has no script for issue ${situation.issue || "?"}. It knows: ` +
      `${script.issues.map((issue) => issue.title).join("; ")}. For other issues a model is needed: set ` +
      `a key.`,
  );
}

/** The next move, from the request alone. */
export function nextMove(issue: IssueScript, situation: Situation): Move {
  if (situation.work) return nextWork(issue, situation, situation.work);
  return { text: JSON.stringify(answerTo(issue, situation)), calls: [] };
}

function answerTo(issue: IssueScript, { step, heard, attempt }: Situation): unknown {
  switch (step) {
    case "plan": {
      const answered = issue.plan.questions.some(({ question }) => heard.includes(question));
      return answered ? (issue.answered ?? { ...issue.plan, questions: [] }) : issue.plan;
    }
    case "design":
      return issue.design;
    case "review":
      return nth(issue.reviews, attempt);
    default:
      throw new NoScript(`The scripted engineer does not know what to answer in step "${step}".`);
  }
}

function nextWork(issue: IssueScript, situation: Situation, work: NonNullable<Situation["work"]>): Move {
  const moves = movesOf(issue, situation, work.phase);
  const next = moves[work.turnsInPhase];
  if (next) return next;
  // Refused: look at the failure once, then insist. It has nothing else to offer, and the runner stops who
  // repeats the same failure; looking every time would hide the repetition from it.
  const beyond = work.turnsInPhase - moves.length;
  const finish = moves.at(-1);
  return beyond === 0 || !finish
    ? { text: "Refused. I look at the failure.", calls: [{ tool: "run", input: { command: "test" } }] }
    : finish;
}

/** All moves of one phase. A new conversation begins with reading. */
function movesOf(issue: IssueScript, situation: Situation, phase: Phase): Move[] {
  const develop = chosenDevelop(issue, situation.heard);
  const attempt = nth(develop.attempts, situation.attempt);
  const edits = phase === "address" ? develop.address.edits : attempt[phase];
  const finish = finishMove(issue, attempt, phase, repliesTo(situation, phase, develop.address.reply));
  const changes: Move[] =
    edits.length > 0 ? [{ text: saysBefore[phase], calls: edits.map(callOf) }, ...testRun(phase)] : [];
  return phase === "green" || phase === "refactor"
    ? [...changes, finish]
    : [...readingMoves(attempt, edits), ...changes, finish];
}

const saysBefore: Readonly<Record<Phase, string>> = {
  red: "First the tests that fail.",
  green: "Now the code that makes them pass.",
  refactor: "The same, said more simply.",
  fix: "This is what the gate found.",
  address: "The comment is right.",
};

/** In red the runner runs the tests itself when the phase is finished. */
function testRun(phase: Phase): Move[] {
  if (phase === "red") return [];
  return [{ text: "I run the whole suite.", calls: [{ tool: "run", input: { command: "test" } }] }];
}

function readingMoves(attempt: Attempt, edits: readonly Edit[]): Move[] {
  const all = [...edits, ...attempt.red, ...attempt.green];
  // Only a replacement names a file that is surely there.
  const paths = new Set(all.flatMap((edit) => ("old" in edit ? [edit.path] : [])));
  const listing: Move = {
    text: "I look around first.",
    calls: [{ tool: "list_files", input: { path: "." } }],
  };
  const reading: Move = {
    text: "I read what I am going to change.",
    calls: [...paths].map((path) => ({ tool: "read_file", input: { path } })),
  };
  return paths.size > 0 ? [listing, reading] : [listing];
}

function callOf(edit: Edit): Call {
  if ("diff" in edit) return { tool: "apply_patch", input: edit };
  return { tool: "old" in edit ? "str_replace" : "write_file", input: edit };
}

function finishMove(issue: IssueScript, attempt: Attempt, phase: Phase, replies: unknown): Move {
  const named =
    phase === "red" || phase === "green" || phase === "refactor" ? attempt.commits[phase] : undefined;
  const commit = (named ?? `${verbOf[phase]}: ${issue.title}`).slice(0, subjectCharsMax);
  const summary = `${commit}. Scripted by hand, no model was called.`;
  return {
    text: "",
    calls: [{ tool: "finish", input: { summary, commit, ...(replies !== null && { replies }) } }],
  };
}

const verbOf: Readonly<Record<Phase, string>> = {
  red: "Test first",
  green: "Implement",
  refactor: "Simplify",
  fix: "Repair",
  address: "Answer the review of",
};

function repliesTo({ heard }: Situation, phase: Phase, text: string): unknown {
  if (phase !== "address") return null;
  const threads = [...heard.matchAll(/^\[\[data \S+ open thread ([^\s,]+)/gm)].map((match) => match[1]);
  return [...new Set(threads)].map((thread) => ({ thread, text }));
}

/**
 * By the title of the chosen option, which the task quotes; a person's own option is built like the
 * recommended.
 */
function chosenDevelop(issue: IssueScript, heard: string): IssueScript["develop"][string] {
  const { options, recommended } = issue.design;
  const chosen = options.find((option) => `${heard}\n`.includes(`Design: ${option.title}\n`));
  const develop =
    issue.develop[chosen?.id ?? recommended] ?? issue.develop[recommended] ?? Object.values(issue.develop)[0];
  if (!develop) throw new NoScript(`The script of "${issue.title}" has no moves for any option.`);
  return develop;
}

/** The nth of a list that is not empty, counted from 1; the last one repeats. */
function nth<T>(list: readonly T[], n: number): T {
  return list[Math.min(n, list.length) - 1] as T;
}
