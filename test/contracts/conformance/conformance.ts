import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Capabilities } from "@tamma/core/domain/platform/capabilities.ts";
import { describe, expect, test } from "vitest";
import { type Capability, metBy } from "./cases.ts";
import { ciContract } from "./ci.ts";
import { issuesContract } from "./issues.ts";
import { mergesContract } from "./merges.ts";
import { pullsContract } from "./pulls.ts";
import { reviewsContract } from "./reviews.ts";
import { settingUpContract } from "./setting-up.ts";
import type { Ground } from "./world.ts";

/** Everything that every platform has to keep to, with or without an API. */
export function conformance(ground: Ground): void {
  issuesContract(ground);
  pullsContract(ground);
  reviewsContract(ground);
  mergesContract(ground);
  ciContract(ground);
  settingUpContract(ground);
}

const root = join(import.meta.dirname, "../../..");

/** What no port of a repository does, and the test, by its title, that shows it. */
const elsewhere: Readonly<Partial<Record<Capability, { file: string; title: string }>>> = {
  mergeQueue: {
    file: "test/contracts/github-merge.test.ts",
    title: "where the base has a merge queue, the pull request joins it once",
  },
  autoMerge: {
    file: "test/contracts/github-connect.test.ts",
    title: "the version of the API and what the repository allows",
  },
  oidc: {
    file: "test/contracts/run-token.test.ts",
    title: "the token of the run that was dispatched is taken",
  },
};

/** Capabilities of the grid that no case is about. */
export function withoutCase(
  capabilities: Capabilities,
  met: ReadonlySet<string>,
  others: ReadonlySet<string> = new Set(Object.keys(elsewhere)),
): string[] {
  const facts = new Set(["platform", "version"]);
  return Object.keys(capabilities).filter((name) => !facts.has(name) && !met.has(name) && !others.has(name));
}

/** Has to come last: the cases of a place are counted as they are told. */
export function everyCapability(ground: Ground, capabilities: Capabilities): void {
  describe(`${ground.title}: capabilities`, () => {
    test("every capability of the grid has a case", () => {
      expect(withoutCase(capabilities, metBy(ground))).toEqual([]);
    });

    test("a capability that no case is about would be found", () => {
      const more = { ...capabilities, teleports: true };
      expect(withoutCase(more, metBy(ground))).toEqual(["teleports"]);
      expect(withoutCase(capabilities, new Set())).toContain("reactions");
    });

    test.each(Object.entries(elsewhere))("%s is shown by a test of its own", (_, { file, title }) => {
      expect(readFileSync(join(root, file), "utf8")).toContain(title);
    });
  });
}
