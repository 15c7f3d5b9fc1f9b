import { describe, expect, test } from "vitest";
import type { SandboxSetting } from "../../runner/sandbox/choose.ts";
import { allCases } from "./all-cases.ts";
import { endingUnder, type HostileCase } from "./case.ts";
import { Ground } from "./ground.ts";
import { wallsOf } from "./protection.ts";

/**
 * Cases of the table (all, or some categories) under what `setting` gives on this machine; skipped, with the
 * reason, when that is nothing.
 */
export async function runCases(
  setting: SandboxSetting,
  categories: readonly HostileCase["category"][] | null = null,
): Promise<void> {
  const cases = allCases.filter((one) => categories === null || categories.includes(one.category));
  const walls = await wallsOf(setting);
  if ("why" in walls) {
    test.skip(`${setting}: ${walls.why}`, () => {});
    return;
  }
  const { enclosure } = walls;
  const { kind } = enclosure.protection;
  describe(`under ${setting} (${kind})`, () => {
    test.for(cases.map((one) => [`${one.category}: ${one.id}`, one] as const))("%s", async ([, one]) => {
      using ground = new Ground(enclosure);
      const words = await one.run(ground);
      ground.settle();
      const ending = endingUnder(one, kind);
      if ("gap" in ending) {
        expect(ground.evil, `no gap any more: ${ending.gap}`).not.toEqual([]);
        return;
      }
      expect(ground.evil).toEqual([]);
      if ("refused" in ending) expect(words ?? "nothing was refused").toContain(ending.refused);
      else expect(words).toBe(null);
    });
  });
}
