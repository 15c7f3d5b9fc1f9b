import type { Issue } from "@tamma/core/protocol/rest.ts";
import { expect, test } from "vitest";
import { calcRepository, calcScript, git, title } from "./calc.ts";
import { openStage } from "./stage.ts";

/** The second issue's work: it adds to what the first one left. */
const subtracting = {
  red: [
    {
      path: "test/subtract.test.js",
      content: `import assert from "node:assert/strict";
import { test } from "node:test";
import { subtract } from "../src/calc.js";

test("subtracts", () => {
  assert.equal(subtract(3, 1), 2);
});
`,
    },
  ],
  green: [
    {
      path: "src/calc.js",
      old: "  return a + b;\n}\n",
      new: "  return a + b;\n}\n\nexport function subtract(a, b) {\n  return a - b;\n}\n",
    },
  ],
};

test("two issues and one slot run one after the other", async () => {
  const [issue] = calcScript().issues;
  if (!issue) throw new Error("the script has no issue");
  const second = { title: "Subtract two numbers", develop: { "1": { attempts: [subtracting] } } };
  const script = { issues: [issue, { ...issue, ...second }] };
  await using stage = await openStage({ script, repository: calcRepository });
  const first = await stage.start(title);
  const repository = await stage.repositoryId();
  const path = `/api/v1/repositories/${repository}/issues`;
  await stage.call("POST", path, { title: second.title });
  const queued = await stage.call("POST", "/api/v1/loops", { repository, issue: 2 });
  expect(queued).toMatchObject({ loop: null, position: 1 });
  expect((await stage.approveAll(first)).word).toBe("merged");

  const loopOfSecond = async () => (await stage.call<Issue>("GET", `${path}/2`)).loop;
  await expect.poll(loopOfSecond, { timeout: 20_000, interval: 100 }).not.toBeNull();
  expect((await stage.approveAll((await loopOfSecond()) ?? "")).word).toBe("merged");
  // It stands on the first one's merge, not beside it.
  const source = git(stage.repository, "show", "main:src/calc.js");
  expect([source.includes("multiply"), source.includes("subtract")]).toEqual([true, true]);
});
