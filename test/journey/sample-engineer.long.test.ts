import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { developSystem, developTask, phaseText } from "@tamma/core/prompts/develop.ts";
import { agentTools, type Phase } from "@tamma/core/protocol/agent-tools.ts";
import { parseProjectConfig } from "@tamma/core/protocol/config-file.ts";
import type { Turn } from "@tamma/core/protocol/model-turn.ts";
import { anthropicProvider } from "@tamma/core/providers/anthropic/index.ts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createSample } from "../../server/sample/create.ts";
import { sampleIssues } from "../../server/sample/issues.ts";
import { sampleScript } from "../../server/sample/sample-script.ts";
import type { IssueScript } from "../../server/sample/script.ts";
import { perform, runBuild, runSuite, type SuiteRun, type ToolCall } from "../sample/hand-runner.ts";
import { type RunningEngineer, startEngineer } from "../sample/start-engineer.ts";

/** Two runs of the real suite per case; slow machines need half a second for each. */
const caseTimeoutMs = 60_000;

let engineer: RunningEngineer;
const folders: string[] = [];
beforeAll(async () => {
  engineer = await startEngineer();
});
afterAll(async () => {
  await engineer[Symbol.asyncDispose]();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "tamma-sample-"));
  folders.push(folder);
  return folder;
}
const git = (folder: string, ...args: string[]) =>
  execFileSync("git", args, { cwd: folder, encoding: "utf8" }).trim();
const changed = (folder: string) =>
  git(folder, "status", "--porcelain", "-uall")
    .split("\n")
    .map((line) => line.trim().split(/\s+/)[1]);

describe("the sample repository", () => {
  test("is the same history every time, clean, on main", async () => {
    const [one, two] = [await createSample(newFolder()), await createSample(newFolder())];
    expect(git(one, "rev-parse", "main")).toBe(git(two, "rev-parse", "main"));
    expect(git(one, "rev-list", "--count", "main")).toBe("4");
    expect(git(one, "status", "--porcelain")).toBe("");
  });

  test("is never written over what is there", async () => {
    const folder = newFolder();
    writeFileSync(join(folder, "mine.txt"), "work");
    await expect(createSample(folder)).rejects.toThrow(/not empty/);
  });

  test("builds, passes its own tests, and its settings are read", async () => {
    const folder = await createSample(newFolder());
    expect(runBuild(folder)).toMatchObject({ passed: true });
    expect(runSuite(folder)).toEqual({ passed: true, failing: [], firstError: "" });
    const parsed = parseProjectConfig(git(folder, "show", "main:.tamma.yml"));
    expect(parsed).toMatchObject({ config: { "auto-next": "on", "on-escalation": "release", budget: 5 } });
  });
});

/** One develop job by hand: the engineer says what to do over HTTP, and it is really done. */
async function develop(folder: string, script: IssueScript, optionId: string, attempt: number) {
  const option = script.design.options.find(({ id }) => id === optionId);
  const number = script.number ?? 0;
  const issue = sampleIssues[number - 1];
  if (!option || !issue) throw new Error(`no option ${optionId} of issue ${number}`);
  const provider = anthropicProvider({
    apiKey: "any",
    baseUrl: engineer.url,
    fetch,
    model: "scripted",
    now: () => 0,
  });
  const messages: Turn[] = developTask({
    nonce: "n0nce-n0nce-0001",
    issue: { number, title: issue.title, body: issue.body },
    plan: script.answered ?? script.plan,
    option,
    clarifications: [],
    instructions: [],
    context: null,
    phase: "red",
    commands: { test: null, build: null, lint: null },
    failingBefore: [],
    locked: [],
    changed: [],
    evidence: null,
    threads: [],
  });
  let phase: Phase = "red";
  const seen: { tools: string[]; red: SuiteRun | null; redPaths: (string | undefined)[] } = {
    tools: [],
    red: null,
    redPaths: [],
  };
  for (let turn = 1; turn < 40; turn++) {
    const calls = await nextCalls(provider, messages, { issue: String(number), attempt: String(attempt) });
    const results = calls.map((call) => {
      seen.tools.push(call.name);
      agentTools[call.name as keyof typeof agentTools].input.parse(call.input);
      if (call.name !== "finish") return perform(folder, call);
      if (phase === "red") Object.assign(seen, { red: runSuite(folder), redPaths: changed(folder) });
      if (phase === "refactor") return "done";
      phase = phase === "red" ? "green" : "refactor";
      return phaseText(phase);
    });
    if (results.includes("done")) return seen;
    messages.push({
      role: "user",
      content: calls.map(({ id }, n) => ({
        type: "tool-result",
        id,
        text: results[n] ?? "",
        isError: false,
      })),
    });
  }
  throw new Error("the engineer did not finish");
}

async function nextCalls(
  provider: ReturnType<typeof anthropicProvider>,
  messages: Turn[],
  labels: { issue: string; attempt: string },
): Promise<ToolCall[]> {
  const request = {
    system: developSystem,
    messages,
    tools: [{ name: "finish", says: "", inputSchema: {} }],
    outputSchema: null,
    maxOutputTokens: 999,
    labels: { loop: "l", step: "implement", turn: "t", ...labels },
  };
  for await (const event of provider.turn(request, new AbortController().signal)) {
    if (event.type === "error") throw new Error(event.error.message);
    if (event.type !== "answer") continue;
    messages.push({ role: "assistant", content: event.answer.content });
    return event.answer.content.filter((part) => part.type === "tool-call");
  }
  throw new Error("no answer");
}

/** What each option of each issue came to. */
const trees = new Map<string, string[]>();

const solvable = sampleScript.issues
  .slice(0, 3)
  .flatMap((script) => script.design.options.map((option) => [script.title, option.id, script] as const));

test.each(solvable)(
  "%s, option %s: red really fails, green really passes, and it is read before it is changed",
  async (_, optionId, script) => {
    const folder = await createSample(newFolder());
    const seen = await develop(folder, script, optionId, 1);
    expect(seen.red?.passed).toBe(false);
    expect(seen.redPaths.every((path) => path?.startsWith("test/"))).toBe(true);
    expect(runSuite(folder)).toMatchObject({ passed: true, failing: [] });
    expect(runBuild(folder)).toMatchObject({ passed: true });
    expect(seen.tools.indexOf("list_files")).toBeLessThan(
      seen.tools.findIndex((tool) => /write|replace/.test(tool)),
    );
    expect(seen.tools.filter((tool) => tool === "finish")).toHaveLength(3);
    git(folder, "add", "-A");
    trees.set(script.title, [...(trees.get(script.title) ?? []), git(folder, "write-tree")]);
  },
  caseTimeoutMs,
);

test("the options of one issue are built in different ways", () => {
  for (const ofIssue of trees.values()) expect(new Set(ofIssue).size).toBe(ofIssue.length);
  expect(trees.size).toBe(3);
});

test(
  "the issue that cannot be solved fails in four attempts, each time in another way",
  async () => {
    const script = sampleScript.issues[3];
    if (!script) return expect.fail("no script");
    const failures: string[] = [];
    for (const attempt of [1, 2, 3, 4]) {
      const folder = await createSample(newFolder());
      const seen = await develop(folder, script, "1", attempt);
      expect(seen.red?.failing).toContain("tax is rounded down");
      const green = runSuite(folder);
      expect(green.passed, `attempt ${attempt}`).toBe(false);
      failures.push(`${green.failing[0]}: ${green.firstError}`);
    }
    expect(new Set(failures).size, failures.join("\n")).toBe(4);
  },
  caseTimeoutMs,
);
