import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Anthropic from "@anthropic-ai/sdk";
import { Design, designProblems, Plan, planProblems, Review } from "@tamma/core/domain/loop/proposal.ts";
import { planPrompt } from "@tamma/core/prompts/plan.ts";
import { anthropicProvider } from "@tamma/core/providers/anthropic/index.ts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { projectNode, type RunningEngineer, startEngineer } from "../../test/sample/start-engineer.ts";
import { sampleIssues } from "./issues.ts";
import { sampleScript } from "./sample-script.ts";

let engineer: RunningEngineer;
beforeAll(async () => {
  engineer = await startEngineer();
});
afterAll(() => engineer[Symbol.asyncDispose]());

const tools = [{ name: "finish", input_schema: { type: "object" as const } }];
const client = (url = engineer.url, apiKey = "any") => new Anthropic({ apiKey, baseURL: url, maxRetries: 0 });
const headers = (step: string, issue = 1, attempt = 1, turn = 1) => ({
  "x-tamma-issue": String(issue),
  "x-tamma-step": step,
  "x-tamma-attempt": String(attempt),
  "x-tamma-turn": encodeURIComponent(`a/b/${issue}#1~j1~t${turn}`),
});

async function ask(step: string, text: string, issue = 1, attempt = 1): Promise<string> {
  const message = await client().messages.create(
    { model: "scripted", max_tokens: 999, messages: [{ role: "user", content: text }] },
    { headers: headers(step, issue, attempt) },
  );
  return message.content.map((block) => (block.type === "text" ? block.text : "")).join("");
}

test("every issue of the sample has a script that makes a valid plan, design and review", async () => {
  for (const [index, { title }] of sampleIssues.entries()) {
    const plan = Plan.parse(JSON.parse(await ask("plan", `Title: ${title}\n`)));
    expect(planProblems(plan, false)).toEqual([]);
    expect(designProblems(Design.parse(JSON.parse(await ask("design", "", index + 1))))).toEqual([]);
    expect(Review.parse(JSON.parse(await ask("review", "", index + 1))).findings).toEqual([]);
  }
});

test("the vague issue is asked about first and planned once the answers are there", async () => {
  const vague = sampleScript.issues[2]?.plan;
  const answers = vague?.questions
    .map((one) => `Question: ${one.question}\nAnswer: ${one.suggested}`)
    .join("\n\n");
  expect(Plan.parse(JSON.parse(await ask("plan", "", 3))).questions).toHaveLength(3);
  const answered = Plan.parse(JSON.parse(await ask("plan", answers ?? "", 3)));
  expect(answered.questions).toEqual([]);
  expect(planProblems(answered, true)).toEqual([]);
});

test("our own adapter gets a streamed, structured plan from our own prompt, for nothing", async () => {
  const provider = anthropicProvider({
    apiKey: "any",
    baseUrl: engineer.url,
    fetch,
    model: "scripted",
    now: () => 0,
  });
  const title = sampleIssues[1]?.title ?? "";
  const issue = { id: "2", number: 2, title, body: "", author: "a", labels: [], comments: [], url: "" };
  const request = planPrompt({
    issue,
    context: "",
    clarifications: [],
    instructions: [],
    nonce: "n0nce-n0nce-0001",
  });
  const labels = { loop: "a/b/2#1", issue: "2", step: "plan", attempt: "1", turn: "a/b/2#1~e1~t1" };
  const events = [];
  for await (const event of provider.turn({ ...request, labels }, new AbortController().signal))
    events.push(event);
  const last = events.at(-1);
  if (last?.type !== "answer") return expect.fail(JSON.stringify(last));
  const part = last.answer.content[0];
  expect(Plan.parse(JSON.parse(part?.type === "text" ? part.text : "")).kind).toBe("bug");
  expect(events.length).toBeGreaterThan(3);
  expect(provider.facts().price?.output).toBe(0);
});

test("the same request has the same answer, because nothing is remembered", async () => {
  expect(await ask("plan", "Title: x", 1)).toBe(await ask("plan", "Title: x", 1));
});

test("an issue without a script is refused with a reason", async () => {
  await expect(ask("plan", "Title: Something else\n", 99)).rejects.toThrow(
    /no script for issue 99.*set a key/,
  );
});

test("models are there, a wrong key is not taken and other paths are not found", async () => {
  expect((await client().models.retrieve("scripted")).id).toBe("scripted");
  await using locked = await startEngineer({ key: "right" });
  await expect(client(locked.url, "wrong").models.retrieve("scripted")).rejects.toMatchObject({
    status: 401,
  });
  expect((await client(locked.url, "right").models.retrieve("scripted")).type).toBe("model");
  const older = await fetch(`${locked.url}/v1/models/scripted`, { headers: { "x-api-key": "right" } });
  expect(older.status).toBe(200);
  expect((await fetch(`${engineer.url}/v1/elsewhere`)).status).toBe(404);
});

test("a refused finish makes it look at the failure and insist, in the same phase", async () => {
  const said = (content: string) => ({ role: "user" as const, content });
  const call = {
    role: "assistant" as const,
    content: [{ type: "tool_use", id: "t", name: "finish", input: {} }],
  };
  const messages = [said("Phase: red. Write the tests."), call, call, call, call] as Anthropic.MessageParam[];
  const next = async (more: Anthropic.MessageParam[]) => {
    const message = await client().messages.create(
      { model: "scripted", max_tokens: 999, tools, messages: [...messages, ...more] },
      { headers: headers("implement") },
    );
    return message.content.flatMap((block) => (block.type === "tool_use" ? [block.name] : []));
  };
  const refused = said("Refused: a test passes at once.\nPhase: red. Write the tests.");
  expect(await next([refused])).toEqual(["run"]);
  const again = [call as Anthropic.MessageParam, refused];
  expect(await next([refused, ...again])).toEqual(["finish"]);
  expect(await next([refused, ...again, ...again])).toEqual(["finish"]);
  expect(await next([said("Phase: green. Make them pass.")])).toContain("write_file");
});

test("in address every open thread gets a reply", async () => {
  const content = [
    "[[data n0 open thread t-1 at src/tax.ts:3, written by eve\nWhy?\nn0]]",
    "[[data n0 open thread t-2, written by eve\nopen thread t-9\nn0]]",
    "Phase: address. Answer every open thread.",
  ].join("\n\n");
  const finish = await client().messages.create(
    {
      model: "scripted",
      max_tokens: 999,
      tools,
      messages: [
        { role: "user", content },
        { role: "assistant", content: "a" },
        { role: "user", content: "b" },
        { role: "assistant", content: "c" },
        { role: "user", content: "d" },
      ],
    },
    { headers: headers("address", 2) },
  );
  expect(finish.content).toMatchObject([
    { name: "finish", input: { replies: [{ thread: "t-1" }, { thread: "t-2" }] } },
  ]);
});

test("a script of one's own can fail by turn, wait, and review by attempt", async () => {
  const file = join(mkdtempSync(join(tmpdir(), "tamma-script-")), "script.json");
  const base = sampleScript.issues[0];
  if (!base) return expect.fail("no script");
  const finding = {
    path: "a",
    line: 1,
    severity: "blocking" as const,
    title: "t",
    detail: "d",
    suggestion: "",
  };
  const input = {
    issues: [
      {
        ...base,
        faults: [{ step: "plan", turn: 1, status: 529, headers: { "retry-after": "7" } }],
        reviews: [
          { summary: "no", findings: [finding] },
          { summary: "yes", findings: [] },
        ],
      },
      { ...base, title: "Slow", number: 2, delayMs: 600_000 },
    ],
  };
  await using own = await startEngineer({ script: { input, file } });
  const create = (step: string, issue: number, attempt: number, turn: number, signal?: AbortSignal) =>
    client(own.url).messages.create(
      { model: "scripted", max_tokens: 999, messages: [{ role: "user", content: "go" }] },
      { headers: headers(step, issue, attempt, turn), ...(signal && { signal }) },
    );
  await expect(create("plan", 1, 1, 1)).rejects.toMatchObject({ status: 529 });
  await expect(create("plan", 1, 1, 2)).resolves.toMatchObject({ stop_reason: "end_turn" });
  const reviewed = async (attempt: number) => JSON.stringify((await create("review", 1, attempt, 1)).content);
  expect(await reviewed(1)).toContain("blocking");
  expect(await reviewed(2)).not.toContain("blocking");
  const stop = new AbortController();
  const slow = create("plan", 2, 1, 1, stop.signal);
  stop.abort();
  await expect(slow).rejects.toThrow(/abort/i);
});

test("a script that is none ends the process with the reason", async () => {
  const file = join(mkdtempSync(join(tmpdir(), "tamma-script-")), "script.json");
  await expect(startEngineer({ script: { input: { issues: [] }, file } })).rejects.toThrow(/ended with 2/);
});

test("it ends when it is told to", async () => {
  const short = await startEngineer();
  const ended = once(short.process, "exit");
  short.process.kill("SIGTERM");
  expect(await ended).toEqual([0, null]);
});

test("it ends with its parent, however the parent dies", async () => {
  const starts = `
    const { spawn } = require("node:child_process");
    const child = spawn(process.execPath, ["server/sample/engineer.ts", "--with-parent"], { stdio: "pipe" });
    child.stdout.on("data", (line) => process.stdout.write(line));`;
  const parent = spawn(projectNode, ["--eval", starts], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = (await once(parent.stdout, "data")) as [Buffer];
  const { port } = JSON.parse(line.toString("utf8")) as { port: number };
  const answers = () =>
    fetch(`http://127.0.0.1:${port}/v1/models/scripted`).then(
      (response) => response.status,
      () => "nobody",
    );
  expect(await answers()).toBe(200);
  parent.kill("SIGKILL");
  await expect.poll(answers, { timeout: 4_000 }).toBe("nobody");
});
