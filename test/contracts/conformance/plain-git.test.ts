import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { plainGitCapabilities } from "@tamma/core/platforms/plain-git/capabilities.ts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { mergeJob } from "../../../runner/jobs/merge.ts";
import { jobContext } from "../../../runner/testing/context.ts";
import { refOf } from "../../../runner/testing/repository.ts";
import { conformance, everyCapability } from "./conformance.ts";
import { commitAt, type PlainWorld, plainGitGround } from "./plain-git.ts";
import { pullNow } from "./pulls.ts";
import { pullOf } from "./world.ts";

// The part about faults of a network is left out: there is none between Tamma and its own records.
conformance(plainGitGround);
everyCapability(plainGitGround, plainGitCapabilities);

/** Where the suite hears that the runner does it by git, the runner does it here. */
describe("plain-git: the runner's way", () => {
  let world: PlainWorld;
  let folder: string;
  beforeAll(async () => {
    world = await plainGitGround.open();
    folder = await mkdtemp(join(tmpdir(), "plain-git-jobs-"));
  });
  afterAll(async () => {
    await world[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  const merge = async (of: { branch: string; head: string }, expectedBase: string, method = "squash") =>
    mergeJob(
      {
        ...{ kind: "merge", branch: of.branch, head: of.head, into: "main", expectedBase },
        ...{ method: method === "merge" ? "merge" : "squash", message: "Round" },
      },
      jobContext(folder, refOf(world.bare)),
    );
  const main = () => commitAt(world.bare, "main");

  test.each(["merge", "squash"])(
    "a merge by %s is done once, and the pull request shows it",
    async (method) => {
      const pull = await pullOf(world);
      const base = await main();
      const merged = await merge(pull, base, method);
      expect(merged).toEqual({ outcome: "done", sha: await main() });
      expect(await merge(pull, base, method)).toEqual(merged);
      await world.forge.codeHost.recordMerge(pull.ref, await main());
      await world.forge.codeHost.closePullRequest(pull.ref);
      expect(await pullNow(world, pull.ref.number)).toMatchObject({
        ...{ state: "merged", draft: false, mergeSha: await main() },
      });
      expect(await world.forge.reading.headOf(pull.branch)).toBeNull();
      await world.people.ann.push("main", { "a.ts": `after ${method}\n` });
    },
  );

  test("a merge of another head than the approved one is refused, and nothing is merged", async () => {
    const pull = await pullOf(world);
    const base = await main();
    const moved = await world.people.bob.push(pull.branch, { "more.ts": "m\n" });
    expect(await merge(pull, base)).toEqual({ outcome: "head-moved", head: moved });
    expect(await main()).toBe(base);
  });

  test("a merge into another base than the proven one is refused, and that base is named", async () => {
    const pull = await pullOf(world);
    const before = await main();
    const base = await world.people.ann.push("main", { "elsewhere.ts": "e\n" });
    expect(await merge(pull, before)).toEqual({ outcome: "base-moved", base });
    expect(await main()).toBe(base);
  });
});
