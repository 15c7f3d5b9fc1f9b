import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Effect, isMainLine } from "./effects.ts";
import { react } from "./react.ts";
import type { Loop } from "./state.ts";
import { atCheckpoint, commented, factsOf, leased, resolve, result, say } from "./testing/commands.ts";
import { choices, someSettings, stride, walkSeed } from "./testing/random-walk.ts";
import { passing, person, sha, verifyResult } from "./testing/samples.ts";
import { drive, loopDoing, send, started } from "./testing/scenario.ts";

const buildFails = { failing: ["build"], trouble: [] } as const;
const kinds = (loop: Loop) => react(loop).effects.map((one) => one.kind);

describe("after the batch", () => {
  test("a failure that also escalates wants no job", () => {
    const once = say(started(), buildFails, "build old");
    expect(kinds(once)).toContain("offer-job");
    const verifying = leased("verify", once);
    const tree = factsOf(verifying).patch?.tree ?? "";
    const report = verifyResult(tree, { gate: "build", fingerprint: "old" });
    const { loop, events } = send(verifying, result(verifying, { kind: "verify", result: report }));
    expect(events.map((event) => event.type)).toContain("Escalated");
    expect(events.map((event) => event.type)).not.toContain("JobQueued");
    expect(kinds(loop)).not.toContain("offer-job");
    expect(react(loop).timers.map((one) => one.timer)).not.toContain("runner-deadline");
  });

  test("a checkpoint that was approved ahead tells nobody", () => {
    const preApproved = ["design", "complete"] as ("design" | "complete")[];
    const ahead = drive(
      started({ level: "dev/autopilot", preApproved }),
      (one) => factsOf(one).option !== null,
    );
    expect(kinds(ahead)).not.toContain("notice");
  });
});

describe("keys", () => {
  test("reacting twice to one state wants the same", () => {
    const loop = atCheckpoint("design");
    expect(react(loop)).toEqual(react(structuredClone(loop)));
  });

  test("a key stands for one content, and what left never comes back as something else", () => {
    const returned = new Set<string>();
    fc.assert(
      fc.property(someSettings, choices(90), (settings, picks) => {
        const known = new Map<string, string>();
        let before = new Set<string>();
        for (const { after } of stride(settings, picks)) {
          const { effects } = react(after);
          expect(react(after)).toEqual({ effects, timers: react(after).timers });
          for (const effect of effects) {
            const content = JSON.stringify(effect);
            const seen = known.get(effect.key);
            if (seen !== undefined) expect(content).toBe(seen);
            if (seen !== undefined && !before.has(effect.key)) returned.add(effect.kind);
            known.set(effect.key, content);
          }
          before = new Set(effects.map((one) => one.key));
        }
      }),
      { seed: walkSeed, numRuns: 80 },
    );
    expect([...returned]).toEqual([]);
  });

  test("a timer that left its state never comes back with another time", () => {
    fc.assert(
      fc.property(someSettings, choices(90), (settings, picks) => {
        const due = new Map<string, number>();
        for (const { after } of stride(settings, picks))
          for (const timer of react(after).timers) {
            expect(due.get(timer.key) ?? timer.due).toBe(timer.due);
            due.set(timer.key, timer.due);
          }
      }),
      { seed: walkSeed, numRuns: 100 },
    );
  });
});

describe("statuses and replies", () => {
  const ciOf = (loop: Loop, verdict: ReturnType<typeof passing>) =>
    result(loop, {
      kind: "verify",
      result: verifyResult(factsOf(loop).pushed?.tree ?? sha("9"), null, { verdicts: [verdict] }),
    });
  const statuses = (loop: Loop) => react(loop).effects.filter((one) => one.kind === "report-status");

  test("a commit that is checked again gets its new status", () => {
    const ci = { failing: ["ci"], trouble: [] } as const;
    const red = say(say(started(), ci, "ci old"), ci, "ci old");
    const waiting = send(red, resolve(red, "take-over")).loop;
    // The person changed nothing in the code: the very same commit is proven and checked again.
    const cleared = send(waiting, { type: "ClearObstacle", by: person("ann") }).loop;
    const again = leased("verify", cleared, "ci");
    expect(factsOf(again).head).toBe(factsOf(red).head);
    const green = send(again, ciOf(again, passing("ci", factsOf(again).pushed?.tree ?? ""))).loop;
    const [one, other] = [statuses(red)[0], statuses(green)[0]];
    expect([one, other]).toMatchObject([{ state: "failed" }, { state: "passed" }]);
    expect(one?.key).not.toBe(other?.key);
  });

  test("a platform reports its checks itself", () => {
    const loop = loopDoing("ci", "checks", { checks: "platform" });
    const check = { name: "ci", state: "passed" as const, required: true, url: null };
    const report = { type: "ReportChecks" as const, sha: factsOf(loop).head ?? "", checks: [check] };
    expect(statuses(send(loop, report).loop)).toEqual([]);
  });

  test("an answered thread wants its reply on the platform", () => {
    const loop = send(atCheckpoint("complete"), commented("t1")).loop;
    expect(kinds(loop)).not.toContain("reply-thread");
    const answered = drive(loop, (one) => factsOf(one).threads[0]?.reply !== null);
    expect(react(answered).effects).toContainEqual({ kind: "reply-thread", key: "reply:t1", thread: "t1" });
  });
});

describe("the sticky comment", () => {
  const stickyOf = (loop: Loop) => react(loop).effects.find((one) => one.kind === "sticky-comment");

  test("tells at once that the loop began, asks a person, or ended, and what passes only if it stays", () => {
    const ended = drive(started(), (one) => one.state === "ended");
    for (const loop of [started(), atCheckpoint("design"), ended])
      expect(stickyOf(loop)).not.toHaveProperty("notBefore");
    const working = loopDoing("plan", "job");
    const since = working.state === "active" && "since" in working.doing ? working.doing.since : 0;
    expect(stickyOf(working)).toMatchObject({ notBefore: since + 30_000 });
  });

  test("however a loop goes, what stands there in the end is its end, and whatever lasts is told", () => {
    fc.assert(
      fc.property(
        someSettings,
        choices(90),
        fc.array(fc.nat(70_000), { minLength: 1 }),
        (settings, picks, ms) => {
          const written = new Set<string>();
          let [now, told] = [0, ""];
          /** As the store does: what is not wanted any more is void, what is due is done once. */
          const settle = (loop: Loop) => {
            for (const effect of react(loop).effects) {
              if (effect.kind !== "sticky-comment" || written.has(effect.key)) continue;
              if ((effect.notBefore ?? 0) > now) continue;
              written.add(effect.key);
              told = effect.revision;
            }
          };
          for (const [at, { after }] of stride(settings, picks).entries()) {
            now = Math.max(now, after.state === "not-started" ? 0 : after.facts.now);
            settle(after);
            const lasts = ms[at % ms.length] ?? 0;
            now += lasts;
            settle(after);
            const sticky = stickyOf(after);
            if (sticky?.kind !== "sticky-comment") throw new Error("there is none");
            if (lasts >= 30_000 || sticky.notBefore === undefined) expect(told).toBe(sticky.revision);
          }
        },
      ),
      { seed: walkSeed, numRuns: 80 },
    );
  });

  test("a loop that is quick at everything writes it only where people look", () => {
    const keys = new Set<string>();
    drive(started(), (one) => {
      const sticky = stickyOf(one);
      if (sticky?.kind === "sticky-comment" && sticky.notBefore === undefined) keys.add(sticky.key);
      return one.state === "ended";
    });
    const steps = [...keys].map((key) => key.split(":")[1]);
    expect(new Set(steps)).toEqual(new Set(["assign", "design", "complete", "ended"]));
  });
});

test("a merged loop is put on record, closes its issue and not its pull request", () => {
  const merged = drive(started(), (one) => one.state === "ended");
  expect(kinds(merged)).toEqual(expect.arrayContaining(["record-merge", "close-issue", "release-slot"]));
  expect(kinds(merged)).not.toContain("close-pull-request");
});

test("the merge turn is given back as soon as the loop has no use for it", () => {
  const merging = leased("merge");
  expect(kinds(merging)).not.toContain("release-merge-turn");
  const dirty = { outcome: "dirty-tree" as const, files: ["a"] };
  const stopped = send(merging, result(merging, { kind: "merge", result: dirty })).loop;
  expect(kinds(stopped)).toContain("release-merge-turn");
});

test("only what moves the loop is on its main line", () => {
  const main: Effect[] = [
    { kind: "call", key: "k", call: "claim" },
    { kind: "ask-model", key: "k", task: "plan", n: 1, notBefore: 0 },
    { kind: "ask-checks", key: "k", sha: "" },
  ];
  expect(main.every(isMainLine)).toBe(true);
  expect(isMainLine({ kind: "close-issue", key: "k" })).toBe(false);
});
