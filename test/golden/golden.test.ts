import { verifyChain } from "@tamma/core/domain/audit/chain.ts";
import type { Envelope } from "@tamma/core/domain/loop/events.ts";
import { shapedAt } from "@tamma/core/domain/upcast.ts";
import { describe, expect, test } from "vitest";
import {
  envelopesOf,
  foldedPath,
  historyText,
  keptHistories,
  neededVersion,
  readFolded,
  readHistory,
} from "./kept.ts";
import { kinds } from "./kinds.ts";
import { readingProblems } from "./reading.ts";
import { sha256 } from "./teller.ts";

const kept = keptHistories().map((history) => ({ ...history, envelopes: readHistory(history) }));

/** What the state or a projection makes of it changed; the events did not. */
const otherFold = (path: string) =>
  `${path} says otherwise. If what changed is meant, and old logs may really be seen so from now on, run ` +
  "`npm run golden:record -- --folded` and look at the difference";

describe.each(kept)("$path", (history) => {
  const { kind, path, envelopes } = history;

  test("is read by today's code as it was meant", () => {
    expect(readingProblems(kind, path, envelopes).join("\n\n")).toBe("");
  });

  test("holds: each event follows the one before, and none was altered", () => {
    expect(verifyChain(envelopes, sha256)).toMatchObject({ ok: true, problem: null });
    expect(new Set(envelopes.map((one) => one.stream.kind))).toEqual(new Set([kind.name]));
  });

  test("folds to the state, and to what people see, that is kept beside it", () => {
    // What cannot be read is said above, with what to do.
    if (readingProblems(kind, path, envelopes).length > 0) return;
    expect(kind.fold(envelopes), otherFold(foldedPath(history))).toEqual(readFolded(history));
  });
});

describe.each(kinds)("histories of kind $name", (kind) => {
  const own = kept.filter((history) => history.kind === kind);
  const missing = "is missing; `npm run golden:record` records it";

  test.each(kind.types)("%s occurs in one, in the shape that it has today", (type) => {
    const shown = own.some(
      ({ version, envelopes }) =>
        version >= shapedAt(kind.upcasts, type) && envelopes.some((envelope) => envelope.type === type),
    );
    const todo = `no history holds ${type}: tell one in test/golden, then run \`npm run golden:record\``;
    expect(shown, todo).toBe(true);
  });

  test.each(Object.keys(kind.histories))("%s is told today, the same each time, and was recorded", (name) => {
    const record = kind.histories[name];
    const envelopes = record?.() ?? [];
    expect(historyText(record?.() ?? [])).toBe(historyText(envelopes));
    expect(envelopesOf(historyText(envelopes))).toEqual(envelopes);
    const needed = neededVersion(kind, envelopes);
    const there = own.some((history) => history.name === name && history.version >= needed);
    expect(there, `${kind.name}/${name}.v${needed}.jsonl ${missing}`).toBe(true);
  });
});

test("something is kept", () => {
  expect(kept.length).toBeGreaterThan(40);
});

/** Every value that a field may have, by the events that say it. */
const said = (type: string, of: (payload: Envelope["payload"]) => unknown) => {
  const loops = kept.filter((one) => one.kind.name === "loop").flatMap((one) => one.envelopes);
  return [...new Set(loops.filter((one) => one.type === type).map((one) => String(of(one.payload))))].sort();
};

test.each<[what: string, type: string, of: (payload: Envelope["payload"]) => unknown, all: string[]]>([
  [
    "checkpoint",
    "CheckpointOpened",
    (p) => p.kind,
    ["assign", "complete", "design", "open", "plan", "tests"],
  ],
  [
    "step",
    "StepEntered",
    (p) => p.step,
    [
      ...["address", "assign", "build", "ci", "complete", "design", "implement", "merge", "open", "plan"],
      ...["push", "review", "test"],
    ],
  ],
  [
    "gate that failed",
    "GateFailed",
    (p) => p.gate,
    [...["build", "ci", "design", "implement", "merge", "plan", "push", "review", "scan", "test"]],
  ],
  ["job", "JobQueued", (p) => p.kind, ["develop", "merge", "open", "publish", "rebase", "survey", "verify"]],
  ["purpose", "JobQueued", (p) => p.purpose, ["address", "ci", "fix", "gates", "take-over", "work"]],
  [
    "call",
    "CallRequested",
    (p) => p.call,
    [
      ...["claim", "mark-ready", "merge", "open-pull-request", "request-merge-turn", "request-slot"],
      "submit-review",
    ],
  ],
  ["choice", "EscalationResolved", (p) => p.choice, ["abandon", "retry", "split", "take-over"]],
  ["obstacle", "ObstacleMet", (p) => p.obstacle, ["dirty-tree", "paused", "provider", "runner", "take-over"]],
  ["end of a turn", "TurnSettled", (p) => p.outcome, ["answered", "cut", "expired", "failed"]],
  ["step that asks", "QuestionsAsked", (p) => p.askedBy, ["implement", "plan"]],
  [
    "way of a decision",
    "ApprovalGiven",
    (p) => p.via,
    ["--yes", "api", "cli", "comment", "dashboard", "pre-approved"],
  ],
  ["lease given back or not", "LeaseLost", (p) => p.returned, ["false", "true"]],
  ["giving up by nobody or somebody", "LoopAbandoned", (p) => p.by === null, ["false", "true"]],
  ["rebase that changed nothing or something", "PatchRebased", (p) => p.unchanged, ["false", "true"]],
])("every %s occurs", (_what, type, of, all) => {
  expect(said(type, of)).toEqual(all);
});

test("every way in which a loop ends occurs", () => {
  const endings = kept
    .filter((one) => one.kind.name === "loop")
    .map(({ envelopes }) => envelopes.at(-1)?.type)
    .filter((type) => type !== undefined);
  expect([...new Set(endings)].sort()).toEqual(["LoopAbandoned", "LoopCancelled", "LoopRejected", "Merged"]);
});
