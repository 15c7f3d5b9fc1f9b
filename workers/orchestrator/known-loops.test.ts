import { expect, test } from "vitest";
import { knownLoopsOf } from "./known-loops.ts";
import type { LoopRow } from "./objects.ts";

const row = (id: string, active: boolean, inbox = false): LoopRow =>
  ({ summary: { id }, active, inbox: inbox ? { kind: "checkpoint" } : null, seq: 1 }) as unknown as LoopRow;

test("loops in flight and the last that ended may have work, and some of them wait for a person", () => {
  const ended = Array.from({ length: 30 }, (_, at) => row(`ended-${at}`, false));
  const { all, busy, waiting } = knownLoopsOf(null, [
    row("works", true),
    row("waits", true, true),
    ...ended,
    row("ended-waiting", false, true),
  ]);
  expect(waiting).toEqual(["waits"]);
  expect(busy).toContain("works");
  expect(busy).toContain("waits");
  expect(busy).toContain("ended-19");
  expect(busy).not.toContain("ended-20");
  expect(all).toEqual(busy);
});
