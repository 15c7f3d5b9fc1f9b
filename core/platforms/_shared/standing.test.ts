import { expect, test } from "vitest";
import { briefly } from "./briefly.ts";
import { nothingStands, standingMemory } from "./standing.ts";

function counted<T>(answer: T) {
  const asked: T[] = [];
  const ask = async () => {
    asked.push(answer);
    return answer;
  };
  return { ask, asked };
}

test("what stands is asked for once, by whoever has the same access, and again after a while", async () => {
  let now = 0;
  const memory = standingMemory(() => now);
  const version = counted("1.26");
  for (const scope of ["a", "a", "b"])
    expect(await memory.of(scope, false).get("version", version.ask)).toBe("1.26");
  expect(version.asked).toHaveLength(2);
  now = 10 * 60_000;
  await memory.of("a", false).get("version", version.ask);
  expect(version.asked).toHaveLength(3);
});

test("who looks afresh forgets what was known there, and nothing of others", async () => {
  const memory = standingMemory(() => 0);
  const [old, fresh] = [counted(["merge"]), counted(["squash"])];
  for (const scope of ["a", "b"]) await memory.of(scope, false).get("methods", old.ask);
  expect(await memory.of("a", true).get("methods", fresh.ask)).toEqual(["squash"]);
  expect(await memory.of("a", false).get("methods", old.ask)).toEqual(["squash"]);
  expect(await memory.of("b", false).get("methods", fresh.ask)).toEqual(["merge"]);
});

test("a failure is not kept, and what was seen by the way is", async () => {
  const standing = standingMemory(() => 0).of("a", false);
  const failing = async () => Promise.reject(new Error("away"));
  await expect(standing.get("branch", failing)).rejects.toThrow("away");
  expect(await standing.get("branch", counted("main").ask)).toBe("main");
  standing.note("branch", "trunk");
  expect(await standing.get("branch", counted("main").ask)).toBe("trunk");
});

test("more than is remembered is asked for again, the oldest first", async () => {
  const memory = standingMemory(() => 0);
  for (let n = 0; n <= 1_000; n += 1) memory.of(`s${n}`, false).note("what", n);
  expect(await memory.of("s0", false).get("what", counted(-1).ask)).toBe(-1);
  expect(await memory.of("s1000", false).get("what", counted(-1).ask)).toBe(1_000);
});

test("where nothing stands, everything is asked for", async () => {
  const { ask, asked } = counted(1);
  nothingStands.note("n", 2);
  expect([await nothingStands.get("n", ask), await nothingStands.get("n", ask)]).toEqual([1, 1]);
  expect(asked).toHaveLength(2);
});

test("what was asked lately is taken for now, and whoever asks for now is answered anew", async () => {
  let now = 0;
  const asked: string[] = [];
  const permission = briefly(
    () => now,
    10,
    async (login) => {
      asked.push(login);
      if (login === "nobody") throw new Error("away");
      return asked.length;
    },
  );
  expect([await permission.now("ann"), await permission.lately("ann")]).toEqual([1, 1]);
  expect([await permission.lately("bob"), await permission.now("ann")]).toEqual([2, 3]);
  now = 10;
  expect(await permission.lately("ann")).toBe(4);
  for (const _ of ["once", "again"]) await expect(permission.lately("nobody")).rejects.toThrow("away");
  expect(asked).toEqual(["ann", "bob", "ann", "ann", "nobody", "nobody"]);
});
