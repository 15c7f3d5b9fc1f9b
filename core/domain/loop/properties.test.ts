import fc from "fast-check";
import { expect, test } from "vitest";
import { canonicalJson } from "../audit/canonical-json.ts";
import { mayMerge } from "../policy/gates.ts";
import { retriesMax } from "../policy/limits.ts";
import { eventCatalogue } from "./catalogue.ts";
import type { LoopEvent } from "./events.ts";
import { evolve, fold, initialLoop } from "./evolve.ts";
import { jobSpec } from "./job-spec.ts";
import { JobSpec } from "./jobs.ts";
import { type GateName, gateNames } from "./pipeline.ts";
import type { Loop } from "./state.ts";
import { resolve } from "./testing/commands.ts";
import { randomWalks } from "./testing/random-laws.ts";
import { choices, type Stride, someSettings, stride, turnsOf, walkSeed } from "./testing/random-walk.ts";
import { drive, send } from "./testing/scenario.ts";
import { upcast } from "./upcast.ts";

const runs = { seed: walkSeed, numRuns: 80 };

function everyWalk(check: (strides: Stride[]) => void, numRuns = runs.numRuns, longest = 90): void {
  fc.assert(
    fc.property(someSettings, choices(longest), (settings, picks) => check(stride(settings, picks))),
    { ...runs, numRuns },
  );
}

const timeOf = ({ after }: Stride): number => (after.state === "not-started" ? 0 : after.facts.now);

test("1: replay gives the stored state at every sequence number, also from what is on disk", () => {
  everyWalk((strides) => {
    let live: Loop = initialLoop;
    let replayed: Loop = initialLoop;
    for (const one of strides) {
      const at = timeOf(one);
      for (const event of one.events) {
        live = evolve(live, event, at);
        const { type, ...payload } = event;
        const onDisk = JSON.parse(JSON.stringify(payload)) as Record<string, unknown>;
        replayed = evolve(replayed, upcast({ type, version: 1, payload: onDisk }), at);
        expect(replayed).toEqual(live);
      }
      // Byte for byte in canonical form: the order of members says nothing.
      expect(canonicalJson(replayed) === canonicalJson(one.after)).toBe(true);
      expect(JSON.parse(JSON.stringify(one.after))).toEqual(one.after);
    }
    const all = strides.flatMap((one) => one.events.map((event) => ({ event, at: timeOf(one) })));
    expect(fold(all)).toEqual(strides.at(-1)?.after);
  }, 60);
});

test("evolve is total: any event in any state gives a state, and never throws", () => {
  const examples = Object.values(eventCatalogue).map((entry): LoopEvent => entry.example);
  for (const event of examples) expect(evolve(initialLoop, event, 1).state).toMatch(/not-started|active/);
  everyWalk((strides) => {
    const last = strides.at(-1)?.after ?? initialLoop;
    for (const event of examples) expect(evolve(last, event, 9e9)).toHaveProperty("facts.now", 9e9);
  }, 20);
  const bare = stride({}, [0]).at(-1)?.after ?? initialLoop;
  for (const event of examples) expect(evolve(bare, event, 9e9)).toHaveProperty("facts.now", 9e9);
});

test("2: nothing is merged without approval of that head, green gates of that tree and green checks", () => {
  let merges = 0;
  everyWalk((strides) => {
    for (const { before, events } of strides) {
      if (!events.some((event) => event.type === "Merged") || before.state !== "active") continue;
      merges += 1;
      // A comment that comes while the merge is under way comes too late.
      const threads = before.facts.threads.filter((one) => one.reply !== null);
      expect(mayMerge({ ...before.facts, threads })).toEqual({ allowed: true });
    }
  });
  expect(merges).toBeGreaterThan(0);
});

test("3: no gate is tried more than once and three times again between two decisions of people", () => {
  everyWalk((strides) => {
    const failed = new Map<GateName, number>();
    for (const event of strides.flatMap((one) => one.events)) {
      if (personDecided(event)) failed.clear();
      if (event.type !== "GateFailed") continue;
      failed.set(event.gate, (failed.get(event.gate) ?? 0) + 1);
      expect(failed.get(event.gate)).toBe(event.attempt);
      expect(event.attempt).toBeLessThanOrEqual(1 + retriesMax);
    }
  });
});

function personDecided({ type }: LoopEvent): boolean {
  return type === "EscalationResolved" || type === "CheckpointRejected" || type === "ChangeRequested";
}

test("3: an attempt is on record, with its number, before it can fail", () => {
  everyWalk((strides) => {
    const open = new Map<GateName, number>();
    for (const event of strides.flatMap((one) => one.events)) {
      if (personDecided(event)) open.clear();
      if (event.type === "AttemptStarted") open.set(event.gate, event.n);
      if (event.type !== "GateFailed") continue;
      expect([event.gate, open.get(event.gate)]).toEqual([event.gate, event.attempt]);
      open.delete(event.gate);
    }
  });
});

test("4: no state at rest is left to be decided, and every open job can be described to a runner", () => {
  everyWalk((strides) => {
    for (const { after } of strides) {
      if (after.state !== "active") continue;
      expect(after.doing.kind).not.toBe("deciding");
      if (after.doing.kind === "job") JobSpec.parse(jobSpec(after.facts, after.doing.job));
    }
  });
});

test("4: wherever trouble left a loop, good answers bring it to an end", () => {
  everyWalk((strides) => {
    const last = strides.at(-1)?.after ?? initialLoop;
    const end = drive(last, (loop) => loop.state === "ended");
    expect(end.state).toBe("ended");
  });
});

test("4: every escalation can be retried and given up", () => {
  everyWalk((strides) => {
    for (const { after } of strides) {
      if (after.state !== "escalated") continue;
      expect(after.card.choices).toEqual(expect.arrayContaining(["retry", "abandon"]));
      expect(send(after, resolve(after, "abandon")).loop.state).toBe("ended");
    }
  }, 60);
});

test("every law holds on walks on which everything may go wrong at once", () => {
  expect(randomWalks(runs.numRuns).broken).toEqual([]);
});

test("5: money spent and reserved never exceeds the cap, in any order of turns and deadlines", () => {
  let full = 0;
  fc.assert(
    fc.property(someSettings, choices(120), (settings, picks) => {
      for (const { after, events } of stride(settings, picks, turnsOf)) {
        if (after.state === "not-started") continue;
        if (events.some((event) => event.type === "BudgetExceeded")) full += 1;
        const { max, spent, reserved } = after.facts.budget;
        const held = Object.values(reserved).reduce((sum, one) => sum + one.amount, 0);
        expect(spent + held).toBeLessThanOrEqual(max);
      }
    }),
    runs,
  );
  expect(full).toBeGreaterThan(0);
});

test("6: fences only grow, and a lease always comes with a new one", () => {
  everyWalk((strides) => {
    let last = 0;
    for (const event of strides.flatMap((one) => one.events)) {
      if (event.type !== "LeaseGranted") continue;
      expect(event.fence).toBe(last + 1);
      last = event.fence;
    }
  });
});

test("6: nothing is begun without a slot", () => {
  everyWalk((strides) => {
    for (const { after } of strides) {
      if (after.state !== "active" || after.facts.slotHeld) continue;
      const { doing } = after;
      const waits = doing.kind === "obstacle" || (doing.kind === "call" && doing.call === "request-slot");
      expect([doing.kind, waits]).toEqual([doing.kind, true]);
    }
  });
});

test("the walks reach every gate's failure, every end, and most events", () => {
  const ends = new Set<string>();
  const failures = new Set<string>();
  const types = new Set<string>();
  everyWalk(
    (strides) => {
      for (const { after, events } of strides) {
        if (after.state === "ended") ends.add(after.outcome);
        for (const event of events) {
          types.add(event.type);
          if (event.type === "GateFailed") failures.add(event.gate);
        }
      }
    },
    500,
    140,
  );
  expect([...ends].sort()).toEqual(expect.arrayContaining(["abandoned", "merged", "rejected"]));
  expect([...failures].sort()).toEqual([...gateNames].sort());
  expect(types.size).toBeGreaterThan(55);
});
