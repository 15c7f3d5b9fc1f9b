import { afterEach, beforeEach, expect, test } from "vitest";
import { cli } from "./testing/cli.ts";
import {
  checkpoint,
  escalation,
  loopAt,
  loopName,
  mergedLoop,
  obstacle,
  questions,
} from "./testing/loop-view.ts";
import { issueOf, type SmallServer, startSmallServer } from "./testing/small-server.ts";

let server: SmallServer;
beforeEach(async () => {
  server = await startSmallServer();
  server.issues = [issueOf(7, "Round amounts")];
});
afterEach(() => server.close());

/** What was sent to paths that end with `end`. */
const sent = (end: string) => server.received.filter((one) => one.path.endsWith(end)).map((one) => one.body);

test("a merged loop ends with 0 and prints its steps, merge, cost and verified record", async () => {
  const run = cli(server, ["run", "7", "--yes", "--once"]);
  expect(await run.code).toBe(0);
  expect(run.out()).toContain("merged: sample#7 Round amounts");
  expect(run.out()).toMatch(/\+ done +14 Next +2\.0 s/);
  expect(run.out()).toContain(`merge   ${mergedLoop().mergeSha}`);
  expect(run.out()).toContain("cost    $0.12 of $5.00, 3 model turns");
  expect(run.out()).toContain("verified: 87 events, every hash fits");
});

test("a broken record makes a merge a failure", async () => {
  server.chain = { ...server.chain, ok: false, brokenAt: 12, problem: "hash of event 12 does not fit" };
  const run = cli(server, ["run", "7", "--once"]);
  expect(await run.code).toBe(1);
  expect(run.out()).toContain("BROKEN at event 12");
});

test("--yes answers assign, questions, the recommended design and completion as --yes", async () => {
  const asks = [checkpoint("assign"), questions, checkpoint("design"), checkpoint("complete")];
  const next = () => {
    const ask = asks.shift();
    server.view = ask ? loopAt("plan", "needs you", { word: "needs you", ask }) : mergedLoop();
  };
  server.on = ({ path }) => path !== "/repositories" && next();
  const run = cli(server, ["run", "7", "--yes", "--once"]);
  expect(await run.code).toBe(0);
  const decided = server.received.slice(1).map((one) => one.body);
  expect(decided).toEqual([
    { subject: "subject-of-assign", decision: "approve", option: null, text: "", via: "--yes" },
    {
      answers: [
        { question: "q1", answer: "half to even" },
        { question: "q2", answer: "euro" },
      ],
      via: "--yes",
    },
    { subject: "subject-of-design", decision: "approve", option: "2", text: "", via: "--yes" },
    { subject: "subject-of-complete", decision: "approve", option: null, text: "", via: "--yes" },
  ]);
});

test.each([
  ["reserved risk at completion", { ask: checkpoint("complete", ["breaking"]) }, 3],
  ["a weakened test", { ask: checkpoint("tests", ["weakened-tests"]) }, 3],
  ["anything in guardian", { ask: checkpoint("design"), level: "business/guardian" }, 3],
  ["the plan of an advisor", { ask: checkpoint("plan") }, 3],
  ["an obstacle", { ask: obstacle }, 3],
  ["an escalation", { ask: escalation, word: "escalated" as const }, 4],
])("--yes never answers %s: it is printed and --once ends", async (_title, view, code) => {
  server.view = loopAt("complete", "needs you", { word: "needs you", ...view });
  const run = cli(server, ["run", "7", "--yes", "--once"], { interactive: true });
  expect(await run.code).toBe(code);
  expect(server.received.map((one) => one.path)).toEqual(["/loops"]);
  expect(run.err()).toContain("needs you");
  expect(run.err()).toMatch(/tamma (approve|retry) '/);
});

test("what the server refuses to --yes is left to a person", async () => {
  server.view = loopAt("complete", "needs you", { word: "needs you", ask: checkpoint("complete") });
  server.on = ({ path }) => {
    if (path === "/loops")
      server.refuse = {
        status: 403,
        code: "not-yours-to-decide",
        detail: "the requester may not",
        todo: "ask",
      };
  };
  const run = cli(server, ["run", "7", "--yes", "--once"]);
  expect(await run.code).toBe(3);
  expect(run.err()).toContain("--yes was refused: the requester may not");
});

test("without a terminal it never prompts: it prints how to answer and ends with 3", async () => {
  server.view = loopAt("design", "needs you", { word: "needs you", ask: checkpoint("design") });
  const run = cli(server, ["run", "7"]);
  expect(await run.code).toBe(3);
  expect(sent("/loops")).toEqual([{ repository: "r1", issue: 7, confirm: false }]);
  expect(run.err()).toContain(`tamma approve '${loopName}' --option 2`);
  expect(run.err()).toContain("option 2 (recommended): Round half to even");
});

test("an escalation without a terminal ends with 4 and shows the card", async () => {
  server.view = loopAt("test", "failed", { word: "escalated", ask: escalation });
  const run = cli(server, ["run", "7"]);
  expect(await run.code).toBe(4);
  expect(run.err()).toContain("escalated at test: the suite fails");
  expect(run.err()).toContain("AssertionError: 1.01 != 1.00");
});

test("a rejected or cancelled loop ends with 1", async () => {
  server.view = loopAt("design", "failed", { word: "rejected", reason: "not wanted", endedAt: 1 });
  expect(await cli(server, ["run", "7"]).code).toBe(1);
});

test("--json writes events, asks and the end as one object a line", async () => {
  server.events = [
    { seq: 1, at: 0, type: "LoopStarted", actor: "ada", line: "started", payload: {}, hash: "h" },
  ];
  server.view = loopAt("design", "needs you", { word: "needs you", ask: checkpoint("design"), seq: 1 });
  const run = cli(server, ["run", "7", "--json"]);
  expect(await run.code).toBe(3);
  const lines = run
    .out()
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(lines.map((line) => line.kind)).toEqual(["event", "ask", "end"]);
  expect(lines[2]).toMatchObject({ loop: loopName, exitCode: 3, chain: { ok: true } });
});

test("a new issue is made from --issue and --body", async () => {
  const run = cli(server, ["run", "--issue", "Sum is wrong", "--body", import.meta.filename, "--once"]);
  expect(await run.code).toBe(0);
  expect(sent("/issues")).toMatchObject([{ title: "Sum is wrong", body: expect.stringContaining("vitest") }]);
});

test.each([
  [["run", "seven"], "seven is no issue number"],
  [["run", "7", "--body", "x"], "--body needs --issue"],
  [["run", "7", "--level", "careful"], "--level careful is unknown"],
  [["run", "--frob"], "unknown option '--frob'"],
  [["reject", "7"], "required option '--reason <text>'"],
  [["frobnicate"], "unknown command 'frobnicate'"],
])("%j is a usage error and sends nothing", async (args, message) => {
  const run = cli(server, args);
  expect(await run.code).toBe(2);
  expect(run.err()).toContain(message);
  expect(server.received).toEqual([]);
});

test("decisions are bound to the subject that is shown now", async () => {
  server.view = loopAt("design", "needs you", { word: "needs you", ask: checkpoint("design") });
  expect(await cli(server, ["approve", loopName]).code).toBe(0);
  expect(await cli(server, ["reject", loopName, "--reason", "too large"]).code).toBe(0);
  expect(await cli(server, ["change", loopName, "--text", "smaller"]).code).toBe(0);
  expect(sent("~c6")).toEqual([
    { subject: "subject-of-design", via: "cli", decision: "approve", option: "2" },
    { subject: "subject-of-design", via: "cli", decision: "reject", text: "too large" },
    { subject: "subject-of-design", via: "cli", decision: "change", text: "smaller" },
  ]);
});

test("an issue number stands for its loop where one repository has it", async () => {
  const loop = {
    id: loopName,
    repository: "r1",
    repositoryName: "sample",
    issue: 7,
    title: "t",
    word: "running",
    step: "plan",
    ask: null,
    startedAt: 1,
    updatedAt: 1,
    costMicroUsd: 0,
  };
  server.loops = [loop];
  expect(await cli(server, ["stop", "7", "--reason", "enough"]).code).toBe(0);
  expect(sent("/cancel")).toEqual([{ reason: "enough" }]);
  server.loops = [loop, { ...loop, repository: "r2", id: "plain/r2/i7#1" }];
  const run = cli(server, ["stop", "7"]);
  expect(await run.code).toBe(2);
  expect(run.err()).toContain("'plain/r2/i7#1'");
});

test("retry resolves an escalation with its hint and clears an obstacle", async () => {
  server.view = loopAt("test", "failed", { word: "escalated", ask: escalation });
  expect(await cli(server, ["retry", loopName, "--hint", "mind the cents"]).code).toBe(0);
  expect(sent("~e1")).toEqual([{ choice: "retry", text: "mind the cents" }]);
  server.view = loopAt("merge", "needs you", { word: "needs you", ask: obstacle });
  expect(await cli(server, ["retry", loopName]).code).toBe(0);
  expect(sent("/retry")).toEqual([{}]);
});

test("a loop is paused, goes on by resume, and is taken with a reason", async () => {
  expect(await cli(server, ["pause", loopName]).code).toBe(0);
  expect(sent("/pause")).toEqual([{}]);
  server.view = loopAt("implement", "needs you", { word: "needs you", ask: obstacle });
  expect(await cli(server, ["resume", loopName]).code).toBe(0);
  expect(sent("/retry").at(-1)).toEqual({});
  expect(await cli(server, ["escalate", loopName, "--reason", "I know this code"]).code).toBe(0);
  expect(sent("/escalate")).toEqual([{ reason: "I know this code" }]);
});

test("answers are given by place or id, and must be complete unless the suggestions are taken", async () => {
  server.view = loopAt("plan", "needs you", { word: "needs you", ask: questions });
  expect(await cli(server, ["answer", loopName, "1=up"]).code).toBe(2);
  expect(await cli(server, ["answer", loopName, "1=up", "q2=yen"]).code).toBe(0);
  expect(await cli(server, ["answer", loopName, "1=up", "--suggested"]).code).toBe(0);
  expect(sent("/questions").map((body) => (body as { answers: unknown }).answers)).toEqual([
    [
      { question: "q1", answer: "up" },
      { question: "q2", answer: "yen" },
    ],
    [
      { question: "q1", answer: "up" },
      { question: "q2", answer: "euro" },
    ],
  ]);
});

test("reconcile names what was not equal, and fails when something could not be mended", async () => {
  const stream = (name: string, outcome: "equal" | "copied" | "refused") => {
    return { stream: name, outcome, object: 3, d1: 2, text: `text of ${name}` };
  };
  server.streams = [stream("account", "equal"), stream("plain/r1", "copied")];
  const mended = cli(server, ["reconcile"]);
  expect(await mended.code).toBe(0);
  expect(mended.out()).toBe("plain/r1  copied: text of plain/r1\n1 of 2 records were equal to their copy\n");
  server.streams.push(stream("plain/r1/7#1", "refused"));
  const refused = cli(server, ["reconcile", "--all", "--set-aside"]);
  expect(await refused.code).toBe(1);
  expect(refused.out()).toContain("account  equal: text of account");
  expect(sent("/server/reconcile")).toEqual([{ setAside: false }, { setAside: true }]);
});

test("verify, login, diff and inbox tell their result by text and exit code", async () => {
  expect(await cli(server, ["verify", loopName]).code).toBe(0);
  server.chain = { ...server.chain, ok: false, brokenAt: 3 };
  expect(await cli(server, ["verify", loopName]).code).toBe(1);
  const login = cli(server, ["login"]);
  expect([await login.code, login.out()]).toEqual([0, `${server.url}/app/login?key=once\n`]);
  const diff = cli(server, ["diff", loopName]);
  expect([await diff.code, diff.out()]).toEqual([0, "diff --git a/a b/a\n"]);
  expect(await cli(server, ["inbox"]).code).toBe(0);
});
