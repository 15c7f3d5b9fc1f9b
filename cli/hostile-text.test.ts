import { afterEach, beforeEach, expect, test } from "vitest";
import { cli } from "./testing/cli.ts";
import { checkpoint, escalation, loopAt, mergedLoop, obstacle, questions } from "./testing/loop-view.ts";
import { issueOf, type SmallServer, startSmallServer } from "./testing/small-server.ts";

/** What a terminal acts on, and what a reader does not see; each has letters of its own to be found by. */
const evil = [
  "\u001b]52;c;Y2xpcA==\u0007",
  "\u001b]0;title\u0007",
  "\u001b]8;;https://evil.example\u001b\\link\u001b]8;;\u001b\\",
  "\u001b[2J\u001b[1;1H",
  "\u001b[8mconcealed\u001b[0m",
  "\u001b[31mred",
  "\u001bP+q544e\u001b\\",
  "\u001bc",
  "\u009b2J",
  "\u009d0;c1\u009c",
  "\u0007\b\u007f\r",
  "\u202eeman\u202c",
  "\u200b\u{E0041}",
].join("SEEN");

/** Everything but text, line ends and tabs. */
const acted = /(?![\n\t])[\p{Cc}\p{Default_Ignorable_Code_Point}\p{Bidi_Control}\u2028\u2029]/u;

/** The value with the hostile text behind every string that is free text. */
function spoiled<T>(value: T, key = ""): T {
  const kept = /^(id|word|step|name|state|kind|url|loop|level|gate|choices|escalation|obstacle|at)$/;
  if (typeof value === "string") return (kept.test(key) ? value : `${value}${evil}`) as T;
  if (Array.isArray(value)) return value.map((one) => spoiled(one, key)) as T;
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, spoiled<unknown>(inner, name)]),
  ) as T;
}

let server: SmallServer;
beforeEach(async () => {
  server = await startSmallServer();
  server.issues = [spoiled(issueOf(7, "Round amounts"))];
  const chunk = { job: `${server.view.id}~j1`, fence: 1, text: evil };
  server.logs = { "": { chunks: [chunk], next: "1" } };
  server.text = `diff --git a/a b/a\n+${evil}`;
  const event = { seq: 1, at: 0, type: "LoopStarted", actor: "ada", line: "started", payload: {}, hash: "h" };
  server.events = [spoiled(event)];
  const summary = {
    ...{ id: server.view.id, repository: "r1", repositoryName: "sample", issue: 7, title: "t" },
  };
  const times = { startedAt: 1, updatedAt: 2, costMicroUsd: 3 };
  server.loops = [{ ...spoiled({ ...summary, ask: "asks" }), ...times, word: "needs you", step: "design" }];
  const item = { issue: 7, title: "t", repositoryName: "sample", question: "Which?", since: 1 };
  server.inbox = [{ ...spoiled(item), loop: server.view.id, id: "c", subject: "s", kind: "checkpoint" }];
  const said = { connection: "work", repository: { id: "1", name: "r" }, id: "d", event: "issues", at: 1 };
  const heard = { ...said, outcome: "refused" as const, reason: "x", loop: null };
  server.deliveries = [{ ...heard, id: `d${evil}`, event: evil, reason: evil }];
  server.chain = spoiled({ ...server.chain, ok: false, brokenAt: 1, problem: "hash" });
});
afterEach(() => server.close());

const asks = { checkpoint: checkpoint("design", ["breaking"]), questions, escalation, obstacle };
const commands = [
  ...["status", "issues", "inbox", "events", "diff", "logs", "verify", "login", "deliveries"],
  ...["run 7 --once", "run 7 --yes --once", "status plain/r1/i7#1", "approve", "reject --reason x", "stop"],
  ...[
    "retry",
    "answer q1=a",
    "comment x",
    "change --text x",
    "resolve retry",
    "no-such-command \u001b]0;x\u0007",
  ],
];

for (const [kind, ask] of Object.entries(asks))
  test.each(commands)(`\`%s\` shows no terminal anything of a hostile ${kind}`, async (line) => {
    for (const json of [false, true]) {
      server.view = spoiled(loopAt("design", "needs you", { word: "needs you", ask }));
      server.on = ({ path }) => {
        if (path !== "/loops") server.view = spoiled(mergedLoop());
      };
      const run = cli(server, [...line.split(" "), ...(json ? ["--json"] : [])], { patienceMs: 1 });
      await run.code;
      expect(run.out()).not.toMatch(acted);
      expect(run.err()).not.toMatch(acted);
    }
  });

test("a refusal of the server is cleaned like all else", async () => {
  server.view = mergedLoop();
  server.refuse = { status: 403, code: "no", detail: evil, todo: evil };
  const run = cli(server, ["stop", "7"]);
  expect(await run.code).not.toBe(0);
  expect(run.err()).toContain("SEEN");
  expect(run.err()).not.toMatch(acted);
});

test("the words of a hostile text stay, so that a person sees what was tried", async () => {
  const run = cli(server, ["diff", "plain/r1/i7#1"]);
  expect(await run.code).toBe(0);
  expect(run.out()).toContain("linkSEEN");
  expect(run.out()).toContain("<U+202E>eman");
});
