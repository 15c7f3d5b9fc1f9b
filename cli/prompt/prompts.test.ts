import { afterEach, beforeEach, expect, test } from "vitest";
import { type CliRun, cli } from "../testing/cli.ts";
import {
  checkpoint,
  design,
  escalation,
  loopAt,
  mergedLoop,
  obstacle,
  questions,
} from "../testing/loop-view.ts";
import { issueOf, type SmallServer, startSmallServer } from "../testing/small-server.ts";

let server: SmallServer;
beforeEach(async () => {
  server = await startSmallServer();
  server.issues = [issueOf(7, "Round amounts")];
  server.on = ({ path }) => {
    if (path !== "/loops") server.view = mergedLoop();
  };
});
afterEach(() => server.close());

function asking(ask: NonNullable<typeof server.view.ask>, more: Partial<typeof server.view> = {}): CliRun {
  server.view = loopAt("design", "needs you", { word: "needs you", ask, ...more });
  return cli(server, ["run", "7"], { interactive: true });
}

/** The one answer that was sent. */
function answer(): unknown {
  const sent = server.received.filter((one) => one.path !== "/loops");
  expect(sent).toHaveLength(1);
  return sent[0]?.body;
}

const decided = (decision: string, more = {}) => ({ decision, option: null, text: "", via: "cli", ...more });

test.each([
  ["1 at assign continues", "assign", ["1"], decided("approve")],
  [
    "2 at assign adds context",
    "assign",
    ["2", "mind the cents"],
    decided("change", { text: "mind the cents" }),
  ],
  ["1 at completion approves", "complete", ["1"], decided("approve")],
  ["3 asks for a change", "complete", ["3", "rename it"], decided("change", { text: "rename it" })],
  [
    "0 rejects and asks why until it is told",
    "complete",
    ["0", "", "too large"],
    decided("reject", { text: "too large" }),
  ],
  ["n rejects too", "complete", ["n", "no"], decided("reject", { text: "no" })],
  [
    "1 at design takes the recommended option on Enter",
    "design",
    ["1", ""],
    decided("approve", { option: "2" }),
  ],
  [
    "1 at design takes the option that is typed",
    "design",
    ["1", "9", "1"],
    decided("approve", { option: "1" }),
  ],
  ["o1 approves option 1 at once", "design", ["o1"], decided("approve", { option: "1" })],
  [
    "e1 rewrites option 1",
    "design",
    ["e1", "in one function"],
    decided("edit", { option: "1", text: "in one function" }),
  ],
  ["w is a design of one's own", "design", ["w", "use a library"], decided("own", { text: "use a library" })],
] as const)("%s", async (_title, kind, lines, expected) => {
  const run = asking(checkpoint(kind));
  await run.says("1 ");
  for (const line of lines) run.type(line);
  expect(await run.code).toBe(0);
  expect(answer()).toEqual({ subject: `subject-of-${kind}`, ...expected });
});

test("completion tells how to see the change, and ? shows the design that was built", async () => {
  const ask = { ...checkpoint("complete"), design };
  const run = asking(ask, { option: "1" });
  await run.says("tamma diff 'plain/r1/i7#1'");
  run.type("?");
  await run.says("built:");
  expect(run.err()).toContain("option 1: Round half up");
  expect(run.err()).not.toContain("Round half to even");
  run.type("1");
  expect(await run.code).toBe(0);
});

test("2 is hidden and refused where a later question may not be skipped", async () => {
  const run = asking(checkpoint("complete"));
  await run.says("3 change");
  expect(run.err()).not.toContain("2 approve");
  run.type("2");
  await run.says('"2" is none of the choices');
  run.type("1");
  expect(await run.code).toBe(0);
});

test("2 in autopilot approves, and the next checkpoint of that kind is not asked", async () => {
  let answers = 0;
  server.on = ({ path }) => {
    if (path === "/loops") return;
    const again = checkpoint("complete");
    again.checkpoint.id = `${again.checkpoint.id}9`;
    server.view =
      ++answers === 1
        ? loopAt("complete", "needs you", { ask: again, level: "dev/autopilot" })
        : mergedLoop();
  };
  const run = asking(checkpoint("complete"), { level: "dev/autopilot" });
  await run.says("2 approve and do not ask again");
  run.type("2");
  expect(await run.code).toBe(0);
  expect(server.received.slice(1).map((one) => (one.body as { via: string }).via)).toEqual(["cli", "--yes"]);
});

test("reserved risk hides 2 even in autopilot", async () => {
  const run = asking(checkpoint("complete", ["deletion"]), { level: "dev/autopilot" });
  await run.says("? details");
  expect(run.err()).not.toContain("2 approve");
  expect(run.err()).toContain("A person has to look at this: deletion.");
  run.type("1");
  expect(await run.code).toBe(0);
});

test("? shows what the question rests on and asks again", async () => {
  const run = asking(checkpoint("complete"));
  await run.says("? details");
  run.type("?");
  await run.says("bound to   subject-of-complete");
  run.type("1");
  expect(await run.code).toBe(0);
});

test("Enter takes the suggested answer, anything else is the answer", async () => {
  const run = asking(questions);
  await run.says("answer 1");
  expect(run.err()).toContain("suggested: half to even");
  run.type("");
  await run.says("answer 2");
  run.type("yen");
  expect(await run.code).toBe(0);
  expect(answer()).toMatchObject({
    answers: [
      { question: "q1", answer: "half to even" },
      { question: "q2", answer: "yen" },
    ],
  });
});

test("an escalation is decided by a word or its first letter", async () => {
  const run = asking(escalation, { word: "escalated" });
  await run.says("t take-over");
  run.type("s");
  await run.says("titles of the new issues");
  run.type("Round; Print");
  expect(await run.code).toBe(0);
  expect(answer()).toEqual({ choice: "split", text: "Round\nPrint" });
});

test("an obstacle that is out of the way lets the loop go on", async () => {
  const run = asking(obstacle);
  await run.says("1 it is out of the way");
  expect(run.err()).toContain("commit or stash them");
  run.type("1");
  expect(await run.code).toBe(0);
  expect(answer()).toEqual({});
});

test("when the dashboard answers first the prompt is withdrawn and says who decided", async () => {
  const run = asking(checkpoint("design"));
  await run.says("1 approve");
  server.events = [
    {
      seq: 9,
      at: 0,
      type: "ApprovalGiven",
      actor: "grace",
      line: "option 1 was approved",
      payload: { via: "dashboard" },
      hash: "h",
    },
  ];
  server.view = mergedLoop();
  await run.says("no longer asked: option 1 was approved (grace via dashboard)");
  expect(await run.code).toBe(0);
  expect(server.received.map((one) => one.path)).toEqual(["/loops"]);
});

test("an answer that the server refuses is told and the question is asked again", async () => {
  const run = asking(checkpoint("complete"));
  await run.says("1 approve");
  server.refuse = { status: 409, code: "subject-moved", detail: "the head moved", todo: "look again" };
  run.type("1");
  await run.says("not accepted: the head moved; look again");
  run.type("1");
  expect(await run.code).toBe(0);
});

test("when nobody is left to type the loop waits and the command ends with 3", async () => {
  const run = asking(checkpoint("complete"));
  await run.says("1 approve");
  run.endInput();
  expect(await run.code).toBe(3);
});

test("text of models cannot steer the terminal", async () => {
  const ask = checkpoint("complete");
  ask.checkpoint.question = "May this\u001b[2J\u001b[1;1H pass?\u202e";
  const run = asking(ask);
  await run.says("1 approve");
  expect(run.err()).toContain("May this pass?");
  expect(run.err()).not.toContain("\u001b[2J");
  expect(run.err()).not.toContain("\u202e");
  run.type("1");
  expect(await run.code).toBe(0);
});
