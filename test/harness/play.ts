import { join } from "node:path";
import { retriesMax } from "@tamma/core/domain/policy/limits.ts";
import type { Attempt, IssueScriptInput } from "../../server/sample/script.ts";
import { calcScript, git, plan } from "../journey/calc.ts";
import { openStage, type Stage } from "../journey/stage.ts";
import { rightEdit, testEdit, writeProject, wrongEdit } from "./project.ts";
import type { Task } from "./tasks.ts";

export const attemptsMax = 1 + retriesMax;

/** One task with an engineer who is right with probability `p` in each attempt. */
export interface Play {
  task: Task;
  p: number;
  /** Was the engineer right, attempt by attempt? Drawn before, so that it is known what had to come out. */
  right: boolean[];
}

export interface Played extends Play {
  word: string;
  /** The change is on the default branch. */
  merged: boolean;
  seconds: number;
  /** What the loop says, where something else came out than had to. */
  why: string;
}

/** With a right attempt among those that it has, a task must be merged; without one it must be escalated. */
export const mustMerge = ({ right }: Play): boolean => right.includes(true);
export const isLost = (played: Played): boolean => mustMerge(played) && !played.merged;
/** Merged although every attempt was wrong: a gate that lets wrong work through is worse than a loss. */
export const isFalse = (played: Played): boolean => !mustMerge(played) && played.merged;

export function draw(task: Task, p: number, fraction: () => number): Play {
  return { task, p, right: Array.from({ length: attemptsMax }, () => fraction() < p) };
}

const titleOf = ({ task, p }: Play) => `${task.issue} (${task.name}, ${p})`;

function scriptOf(play: Play): IssueScriptInput {
  const { task, right } = play;
  const attempts = right.map((good, n): Partial<Attempt> => {
    const edits = good ? rightEdit(task) : wrongEdit(task, n);
    return n === 0 ? { red: [testEdit(task)], green: edits } : { fix: edits };
  });
  const [base] = calcScript().issues;
  if (!base) throw new Error("the script has one issue");
  const files = [`src/${task.name}`, `test/${task.name}`];
  return {
    ...base,
    plan: { ...plan, summary: task.issue, files },
    title: titleOf(play),
    develop: { "1": { attempts } },
  };
}

/** Plays them one after another on one server with one runner, each in a repository of its own. */
export async function playAll(
  plays: readonly Play[],
  said: (played: Played) => void,
  patienceMs: number,
): Promise<void> {
  const script = { issues: plays.map(scriptOf) };
  // The stage wants a repository of its own; none of the plays is in it.
  const repository = (folder: string) => writeProject(firstTask(plays), folder);
  await using stage = await openStage({ script, repository, patienceMs });
  for (const [n, play] of plays.entries()) said(await playOne(stage, play, join(stage.folder, `task-${n}`)));
}

function firstTask(plays: readonly Play[]): Task {
  const [play] = plays;
  if (!play) throw new Error("there is nothing to play");
  return play.task;
}

async function playOne(stage: Stage, play: Play, folder: string): Promise<Played> {
  const began = performance.now();
  writeProject(play.task, folder);
  const { id } = await stage.call<{ id: string }>("POST", "/api/v1/repositories", {
    ...{ url: folder, defaultBranch: "main" },
  });
  const { number: issue } = await stage.call<{ number: number }>(
    "POST",
    `/api/v1/repositories/${id}/issues`,
    { title: titleOf(play), body: `${play.task.name}() is missing.` },
  );
  const { loop } = await stage.call<{ loop: string }>("POST", "/api/v1/loops", { repository: id, issue });
  const { word } = await stage.approveAll(loop);
  const merged =
    word === "merged" && git(folder, "ls-tree", "-r", "--name-only", "main").includes(testFile(play));
  const played = { ...play, word, merged, seconds: (performance.now() - began) / 1_000, why: "" };
  const expected = mustMerge(play) ? "merged" : "escalated";
  if (word === expected) return played;
  const failures = (await stage.events(loop)).filter((event) => /GateFailed|Escalated/.test(event.type));
  return { ...played, why: failures.map((event) => event.line).join("; ") };
}

const testFile = ({ task }: Play) => `test/${task.name}.test`;
