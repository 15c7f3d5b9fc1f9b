import { expect, test } from "vitest";
import { looted, sightings } from "./canaries.ts";
import { wallsOf } from "./protection.ts";

for (const setting of ["bubblewrap", "unshare"] as const) {
  const walls = await wallsOf(setting);
  test.skipIf("why" in walls)(
    `behind ${setting} a looter finds nothing, and its project is merged`,
    async () => {
      const { view, texts, known, unknown } = await looted(setting);
      expect(view.word).toBe("merged");
      expect(Object.keys(known)).toHaveLength(6);
      // It did run and print, and every kind of text was searched.
      expect([...texts.values()].join("\n")).toContain("looted ");
      expect([...texts.keys()].map((where) => where.split(" ")[0])).toEqual(
        expect.arrayContaining(["REST", "page", "prompt", "commits"]),
      );
      expect(sightings({ ...known, ...unknown }, texts)).toEqual([]);
    },
  );
}

test("with plain limits output that holds a secret of the server is refused, in words", async () => {
  const { view, texts, known } = await looted("limits");
  expect(sightings(known, texts)).toEqual([]);
  expect(JSON.stringify(view.ask)).toContain("holds a secret of this server");
});

test("with plain limits a looter's output is shown without what redaction knows", async () => {
  const { texts, known } = await looted("limits", true);
  expect(sightings(known, texts)).toEqual([]);
  // It was found and printed: this stands where the runner's secrets stood.
  expect([...texts.values()].join("\n")).toContain("loot: [redacted]");
});
