import { openThreadsMax } from "@tamma/core/domain/policy/limits.ts";
import { expect, test } from "vitest";
import { calcRepository, calcScript, edits, git, title } from "./calc.ts";
import { openStage } from "./stage.ts";

/** Ten times what a loop takes at once. */
const comments = 10 * openThreadsMax;
/** So many requests are under way at once, as from a bot that does not wait. */
const atOnce = 20;

test("a loop merges whose issue has a megabyte of text and whose pull request is flooded with comments", {
  timeout: 300_000,
}, async () => {
  const [issue] = calcScript({
    develop: {
      "1": {
        attempts: [{ red: [edits.red], green: [edits.green] }],
        address: { edits: [], reply: "It stays, because the plan says so." },
      },
    },
  }).issues;
  if (!issue) throw new Error("the script has no issue");
  await using stage = await openStage({
    // Slow enough for the flood to come while the change is being written.
    script: { issues: [{ ...issue, delayMs: 1_500 }] },
    repository: calcRepository,
    patienceMs: 240_000,
  });
  const body = "The customer sent this log.\n".repeat(40_000).slice(0, 1_000_000);
  const loop = await stage.start(title, body);
  await stage.until(loop, (view) => view.ask?.kind === "checkpoint");
  await stage.decide(loop, "approve");
  await stage.until(loop, (view) => view.pullRequest !== null);

  const path = `/api/v1/loops/${encodeURIComponent(loop)}/comments`;
  const answers = new Map<string, number>();
  const numbers = Array.from({ length: comments }, (_, n) => n);
  const send = async (n: number) => {
    const answer = await stage.raw("POST", path, { text: `Comment ${n}: ${"why? ".repeat(400)}` });
    const words = answer.ok ? "taken" : ((await answer.json()) as { title: string; code: string }).code;
    answers.set(words, (answers.get(words) ?? 0) + 1);
  };
  const worker = async () => {
    for (let n = numbers.shift(); n !== undefined; n = numbers.shift()) await send(n);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  const taken = answers.get("taken") ?? 0;
  expect(Object.fromEntries(answers)).toEqual({ taken, "too-many-comments": comments - taken });
  expect(taken).toBeGreaterThanOrEqual(openThreadsMax);

  expect((await stage.approveAll(loop)).word).toBe("merged");
  const events: { type: string }[] = [];
  for (let after = 0; ; after = events.length) {
    const more = `/api/v1/loops/${encodeURIComponent(loop)}/events?after=${after}&limit=500`;
    const page = (await stage.call<{ events: { type: string }[] }>("GET", more)).events;
    if (page.length === 0) break;
    events.push(...page);
  }
  const count = (type: string) => events.filter((event) => event.type === type).length;
  expect([count("ThreadOpened"), count("ThreadAnswered")]).toEqual([taken, taken]);
  expect(count("Merged")).toBe(1);
  expect(git(stage.repository, "show", "main:src/calc.js")).toContain("a * b");
});
