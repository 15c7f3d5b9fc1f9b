import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { calmRecord } from "@tamma/core/domain/loop/testing/envelopes.ts";
import { afterEach, beforeEach, expect, test } from "vitest";
import { cli } from "./testing/cli.ts";
import { loopAt, loopName, mergedLoop } from "./testing/loop-view.ts";
import { type SmallServer, startSmallServer } from "./testing/small-server.ts";

/** Starting a program beside takes seconds on a busy machine. */
const processMs = 30_000;

let server: SmallServer;
let cwd: string;
beforeEach(async () => {
  server = await startSmallServer();
  server.envelopes = calmRecord().envelopes;
  cwd = mkdtempSync(join(tmpdir(), "tamma-cli-"));
});
afterEach(async () => {
  await server.close();
  rmSync(cwd, { recursive: true, force: true });
});

const lastLine = (text: string) => JSON.parse(text.trim().split("\n").at(-1) ?? "{}");

async function run(...args: string[]) {
  const started = cli(server, args, { cwd });
  return { code: await started.code, out: started.out(), err: started.err() };
}

test("audit verify says which event does not fit and ends with 1", async () => {
  expect(await run("audit", "verify", loopName)).toMatchObject({ code: 0 });
  server.chain = { ...server.chain, ok: false, brokenAt: 12, problem: "event 12 was altered" };
  const broken = await run("audit", "verify", loopName);
  expect([broken.code, broken.out]).toEqual([
    1,
    expect.stringContaining("BROKEN at event 12: event 12 was altered"),
  ]);
  expect((await run("verify", loopName)).code).toBe(1);
});

test("audit verify --all looks at every loop, and does not call an incomplete list whole", async () => {
  const summary = {
    repository: "r1",
    repositoryName: "sample",
    issue: 7,
    title: "t",
    word: "merged",
    step: "next",
  };
  const more = { ask: null, startedAt: 1, updatedAt: 1, costMicroUsd: 0 };
  server.loops = ["plain/r1/1#1", "plain/r1/2#1"].map((id) => ({ id, ...summary, ...more }));
  const all = await run("audit", "verify", "--all");
  expect(all.code).toBe(0);
  expect(all.out.match(/verified: 87 events/g)).toHaveLength(2);
  expect(all.err).toContain("2 records, 0 broken");
  expect((await run("audit", "verify", loopName, "--all")).code).toBe(2);
});

test("a record is exported whole and verified without any server, wherever it is changed", async () => {
  expect((await run("audit", "export", loopName, "--out", "r.jsonl")).code).toBe(0);
  const file = join(cwd, "r.jsonl");
  const lines = readFileSync(file, "utf8").trim().split("\n");
  expect(lines).toHaveLength(server.envelopes.length);
  await server.close();
  const good = await run("audit", "verify", "--file", "r.jsonl", "--json");
  expect([good.code, JSON.parse(good.out)]).toMatchObject([0, { ok: true, events: lines.length }]);

  const at = 20;
  const altered = lines.map((line, n) => (n === at ? line.replace('"at":', '"at":1') : line));
  const cases: [string, string[], number | null][] = [
    ["altered", altered, at + 1],
    ["removed", lines.filter((_, n) => n !== at), at + 1],
    ["inserted", lines.toSpliced(at, 0, lines[at] ?? ""), at + 2],
    ["swapped", lines.toSpliced(at, 2, lines[at + 1] ?? "", lines[at] ?? ""), at + 1],
    ["not an event", lines.toSpliced(at, 1, "{}"), at + 1],
  ];
  for (const [what, changed, brokenAt] of cases) {
    writeFileSync(file, changed.join("\n"));
    const report = await run("audit", "verify", "--file", "r.jsonl", "--json");
    expect([what, report.code, JSON.parse(report.out)]).toMatchObject([what, 1, { ok: false, brokenAt }]);
  }
  writeFileSync(file, "");
  expect((await run("audit", "verify", "--file", "r.jsonl")).code).toBe(2);
  expect((await run("audit", "verify", "--file", "absent")).code).toBe(2);
  await expect(server.close()).resolves.toBeUndefined();
});

test("an export never writes over a file", async () => {
  writeFileSync(join(cwd, "mine"), "work");
  expect((await run("audit", "export", loopName, "--out", "mine")).code).toBe(2);
  expect(readFileSync(join(cwd, "mine"), "utf8")).toBe("work");
});

test("a re-run says the same, or the first difference with both values", async () => {
  const same = await run("tape", "rerun", loopName);
  expect([same.code, same.out]).toEqual([
    0,
    expect.stringContaining("60 commands gave the same 87 events again"),
  ]);
  server.rerun = {
    ...{ ...server.rerun, same: false, taken: 4 },
    difference: {
      ...{ seq: 12, command: "ask:plan:1:0", commandType: "ReportPlan", field: "/event/complexity" },
      ...{ recorded: 20, now: 99 },
    },
  };
  const differs = await run("tape", "rerun", loopName, "--from", "9");
  expect(differs.code).toBe(1);
  expect(differs.out).toContain("event 12 differs in /event/complexity, given by ReportPlan");
  expect(differs.out).toMatch(/recorded: 20\n +now: +99/);
  expect((await run("tape", "rerun", loopName, "--from", "x")).code).toBe(2);
});

test("two runs are compared by what they mean", async () => {
  const event = (latencyMs: number, cost: number) => {
    const payload = { latencyMs, cost };
    return `${JSON.stringify({ kind: "event", type: "TurnSettled", actor: "system", payload })}\n`;
  };
  writeFileSync(join(cwd, "a"), `not json\n${event(1, 5)}${JSON.stringify({ kind: "end" })}\n`);
  writeFileSync(join(cwd, "b"), event(2, 5));
  writeFileSync(join(cwd, "c"), event(2, 6));
  expect((await run("tape", "compare", "a", "b")).code).toBe(0);
  const differs = await run("tape", "compare", "a", "c");
  expect([differs.code, differs.out]).toEqual([
    1,
    expect.stringContaining("event 1 (TurnSettled) differs in /payload/cost"),
  ]);
  writeFileSync(join(cwd, "d"), "{}");
  expect((await run("tape", "compare", "a", "d")).code).toBe(2);
});

test("a tape that is there is not recorded over, and one that is not cannot be replayed", {
  timeout: processMs,
}, async () => {
  writeFileSync(join(cwd, "t"), "");
  expect((await run("tape", "record", "t")).code).toBe(2);
  expect((await run("tape", "replay", "absent")).code).toBe(2);
  const bad = await run("tape", "replay", "t");
  expect([bad.code, bad.err]).toEqual([2, expect.stringContaining("is no tape")]);
});

test("logs are read piece by piece, each with a heading for its job", async () => {
  const chunk = (job: string, fence: number, text: string) => ({ job: `${loopName}~${job}`, fence, text });
  server.logs = {
    "": { chunks: [chunk("j1", 1, "first "), chunk("j2", 2, "second ")], next: "2.7" },
    "2.7": { chunks: [chunk("j2", 2, "goes on\u001b[2J\n")], next: "3.8" },
  };
  const read = await run("logs", loopName);
  expect(read.code).toBe(0);
  expect(read.out).toBe("first second goes on\n");
  expect(read.err.match(/^== .*$/gm)).toEqual([`== ${loopName}~j1 (lease 1)`, `== ${loopName}~j2 (lease 2)`]);
  const json = await run("logs", loopName, "--json");
  expect(lastLine(json.out)).toMatchObject({
    kind: "log",
    job: `${loopName}~j2`,
    text: "goes on\u001b[2J\n",
  });
});

test("logs -f goes on while the loop does and ends with it, with nothing twice", async () => {
  server.view = loopAt("implement");
  const page = (text: string, next: string) => ({
    chunks: [{ job: `${loopName}~j1`, fence: 1, text }],
    next,
  });
  server.logs = { "": page("one\n", "1.4") };
  const follow = cli(server, ["logs", loopName, "-f"], { cwd });
  await follow.says("== ");
  server.logs["1.4"] = page("two\n", "2.4");
  await expect.poll(() => follow.out()).toBe("one\ntwo\n");
  server.logs["2.4"] = page("three\n", "3.6");
  server.view = mergedLoop();
  expect(await follow.code).toBe(0);
  expect(follow.out()).toBe("one\ntwo\nthree\n");
});

test("the server's log is read from the state folder, by level, and followed over a new file", async () => {
  const line = (level: string, text: string) =>
    `${JSON.stringify({ at: "2026-11-27T10:00:00Z", level, text })}\n`;
  const file = join(cwd, "server.log");
  writeFileSync(file, `${line("info", "listening ü")}${line("error", "it broke")}half`);
  const all = await run("logs", "--server-log", "--state", cwd);
  expect([all.code, all.out]).toEqual([0, expect.stringMatching(/info +listening ü\n.*error +it broke\n$/)]);
  const worse = await run("logs", "--server-log", "--level", "warn", "--state", cwd);
  expect(worse.out).not.toContain("listening");
  expect((await run("logs", "--level", "warn")).code).toBe(2);
  expect((await run("logs", "--server-log", "--state", join(cwd, "absent"))).code).toBe(1);
});
