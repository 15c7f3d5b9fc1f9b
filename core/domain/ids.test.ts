import { expect, test } from "vitest";
import {
  checkpointId,
  Instant,
  JobId,
  jobId,
  LoopId,
  loopId,
  MicroUsd,
  routeOf,
  Sha,
  workItemName,
} from "./ids.ts";

const loop = loopId(workItemName("local", "calc", "7"), 2);

test("an id says which object owns it", () => {
  const owner = {
    ...{ connection: "local", repositoryId: "calc", workItemId: "7", name: "local/calc/7", run: 2 },
    loop: "local/calc/7#2",
  };
  for (const id of [loop, jobId(loop, 3), checkpointId(loop, 1), `${jobId(loop, 3)}~t4`])
    expect(routeOf(id)).toEqual(owner);
});

test.each(["", "local", "local/calc/7", "local/calc#1", "a/b/c/d#1", "/calc/7#1", "local/calc/7#x"])(
  "%j is nobody's id",
  (id) => {
    expect(routeOf(id)).toBeNull();
    expect(LoopId.safeParse(id).success).toBe(false);
  },
);

test("loop and job ids are told apart", () => {
  expect(LoopId.parse(loop)).toBe("local/calc/7#2");
  expect(JobId.parse(jobId(loop, 3))).toBe("local/calc/7#2~j3");
  expect(LoopId.safeParse(jobId(loop, 3)).success).toBe(false);
  expect(JobId.safeParse(loop).success).toBe(false);
});

test("a sha is whole, in hex and lower case", () => {
  expect(Sha.safeParse("a".repeat(40)).success).toBe(true);
  expect(Sha.safeParse("a".repeat(64)).success).toBe(true);
  for (const bad of ["a".repeat(39), "A".repeat(40), "a".repeat(41), "main"])
    expect(Sha.safeParse(bad).success).toBe(false);
});

test("times and money are whole and not negative", () => {
  for (const schema of [Instant, MicroUsd]) {
    expect(schema.safeParse(0).success).toBe(true);
    expect(schema.safeParse(-1).success).toBe(false);
    expect(schema.safeParse(0.5).success).toBe(false);
  }
});
