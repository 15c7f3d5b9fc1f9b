import { expect, test } from "vitest";
import { calmRecord } from "../loop/testing/envelopes.ts";
import { comparable, firstDifference, type RunEvent, volatileFields } from "./same-run.ts";

const run: RunEvent[] = calmRecord().envelopes.map(({ type, actor, payload }) => ({
  type,
  actor: `${actor.kind} ${actor.id}`,
  payload,
}));

/** The same loop as another run would have it: the text is that of JSON. */
function otherRun(change: (text: string) => string): RunEvent[] {
  return JSON.parse(change(JSON.stringify(run))) as RunEvent[];
}
const loop = String(run[0]?.payload.loop);

test("a loop is the same as itself, and as a run under another id, with other times and commits", () => {
  expect(firstDifference(run, run)).toBeNull();
  const other = otherRun((text) =>
    text
      .replaceAll(loop, "local/other/7#4")
      .replaceAll(/"(deadline|latencyMs|ms|until)":\d+/g, '"$1":424242')
      .replaceAll("2".repeat(40), "e".repeat(40)),
  );
  expect(JSON.stringify(other)).not.toBe(JSON.stringify(run));
  expect(firstDifference(run, other)).toBeNull();
});

test("another event, one more, one less, another value and another actor are differences", () => {
  const [first, ...rest] = run;
  expect(firstDifference(run, rest)).toMatchObject({ seq: 1, type: "LoopStarted", field: "/type" });
  expect(firstDifference(run, run.slice(0, -1))).toMatchObject({ seq: run.length, field: "", other: null });
  const at = run.findIndex((event) => event.type === "AmbiguityScored");
  const changed = run.map((event, n) =>
    n === at ? { ...event, payload: { ...event.payload, complexity: 99 } } : event,
  );
  expect(firstDifference(run, changed)).toMatchObject({
    seq: at + 1,
    type: "AmbiguityScored",
    field: "/payload/complexity",
    other: 99,
  });
  const acted = [{ ...(first as RunEvent), actor: "model x/y" }, ...rest];
  expect(firstDifference(run, acted)).toMatchObject({ field: "/actor", other: "model x/y" });
});

test("ids that belong together must belong together in the other run too", () => {
  const [a, b] = ["a".repeat(40), "b".repeat(40)];
  const merged = (head: string, pushed: string): RunEvent[] => [
    { type: "CodePushed", actor: "system", payload: { sha: pushed } },
    { type: "Merged", actor: "system", payload: { head } },
  ];
  expect(firstDifference(merged(a, a), merged(b, b))).toBeNull();
  expect(firstDifference(merged(a, a), merged(a, b))).toMatchObject({
    type: "Merged",
    field: "/payload/head",
  });
});

test("a tree follows from its content and is compared as it is", () => {
  const pushed = (tree: string): RunEvent[] => [{ type: "CodePushed", actor: "system", payload: { tree } }];
  expect(firstDifference(pushed("a".repeat(40)), pushed("b".repeat(40)))).toMatchObject({
    field: "/payload/tree",
  });
});

test("persons, runners, folders and addresses have names; what is nothing stays nothing", () => {
  const mia = { kind: "person", id: "Mia", authenticated: "local-token", ip: null };
  const repository = { id: "5fb67fd4c212", url: "/tmp/tamma-x/state/sample" };
  const payload = { loop, repository, requester: mia, deadline: 0, log: null, ms: 3 };
  const [seen] = comparable([
    { type: "LoopStarted", actor: "person Mia", payload: { ...payload, by: "runner r-0123456789abcdef" } },
  ]);
  expect(seen).toEqual({
    type: "LoopStarted",
    actor: "<person 1>",
    payload: {
      loop: "<loop>",
      repository: { id: "<repository>", url: "<temp>" },
      requester: { ...mia, id: "<person 1>" },
      ...{ deadline: 0, log: null, ms: "<ms>", by: "<runner 1>" },
    },
  });
});

test("what was made comparable is the same as the run itself", () => {
  const kept = comparable(run) as RunEvent[];
  expect(comparable(kept)).toEqual(kept);
  expect(firstDifference(kept, run)).toBeNull();
});

test("every field that is not compared has a reason", () => {
  for (const why of Object.values(volatileFields)) expect(why.length).toBeGreaterThan(5);
});
