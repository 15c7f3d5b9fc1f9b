import { expect, test } from "vitest";
import { looted, sightings } from "./canaries.ts";

test("a project that loots the machine is merged, and no canary is seen anywhere", async () => {
  const { view, texts, known, unknown } = await looted("auto");
  expect(Object.keys(known)).toHaveLength(6);
  // It did run and print, and every kind of text was searched.
  expect([...texts.values()].join("\n")).toContain("looted ");
  expect([...texts.keys()].map((where) => where.split(" ")[0])).toEqual(
    expect.arrayContaining(["REST", "page", "prompt", "commits"]),
  );
  expect(sightings(known, texts)).toEqual([]);
  if (!JSON.stringify(texts.get("runner's output")).includes("limits")) {
    expect(view.word).toBe("merged");
    expect(sightings(unknown, texts)).toEqual([]);
  }
});
