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
      expect(sightings({ ...known, ...unknown }, texts)).toEqual([]);
    },
  );
}

test("with plain limits what redaction knows is seen nowhere; the rest is the gap that is stated", async () => {
  const { texts, known, unknown } = await looted("limits");
  expect(sightings(known, texts)).toEqual([]);
  expect(sightings(unknown, texts), "no gap any more").not.toEqual([]);
});
