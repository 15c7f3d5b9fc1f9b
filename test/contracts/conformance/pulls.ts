import { expect } from "vitest";
import { has, part } from "./cases.ts";
import { branchOf, type Ground, pullOf, type World } from "./world.ts";

/** A pull request as the platform shows it now. */
export async function pullNow(world: World, number: number) {
  const found = await world.forge.reading.pullRequest(number);
  if (!found) throw new Error(`pull request ${number} is gone`);
  return found;
}

/** Pull requests and their conversations, on one platform. */
export function pullsContract(ground: Ground): void {
  part(ground, "pull requests", (caseOf) => {
    caseOf("a pull request is opened once for a branch, as a draft", { shows: ["draft"] }, async (world) => {
      const { branch, head } = await branchOf(world);
      const request = { branch, base: world.main, title: "Round", body: "Why.", draft: true };
      const { codeHost, reading } = world.forge;
      const first = await codeHost.openPullRequest(request);
      expect(await codeHost.openPullRequest(request)).toEqual(first);
      expect(await pullNow(world, first.number)).toMatchObject({
        ...{ branch, head, base: world.main, state: "open", draft: true, fork: false, mergeSha: null },
        author: { login: world.bot },
      });
      expect(await reading.pullRequestOf(branch)).toMatchObject({ number: first.number });
      expect(await reading.pullRequestOf("no/such")).toBeNull();
    });

    caseOf(
      "its title and text change, and whether it is a draft, in any order",
      { shows: ["draft"] },
      async (world) => {
        const { ref } = await pullOf(world);
        const { codeHost } = world.forge;
        await codeHost.updatePullRequest(ref, { title: "Round half up", body: "Because." });
        expect(await pullNow(world, ref.number)).toMatchObject({ draft: true, body: "Because." });
        for (const _ of ["once", "again"]) await codeHost.setDraft(ref, false);
        expect(await pullNow(world, ref.number)).toMatchObject({ draft: false, title: "Round half up" });
        for (const _ of ["once", "again"]) await codeHost.setDraft(ref, true);
        expect((await pullNow(world, ref.number)).draft).toBe(true);
      },
    );

    caseOf("the newest pull request of a branch is found, also when it is closed", {}, async (world) => {
      const { ref, branch } = await pullOf(world);
      const { codeHost, reading } = world.forge;
      for (const _ of ["once", "again"]) await codeHost.closePullRequest(ref);
      expect(await reading.pullRequestOf(branch)).toMatchObject({ state: "closed" });
      const request = { branch, base: world.main, title: "Again", body: "", draft: false };
      const again = await codeHost.openPullRequest(request);
      expect(again.number).not.toBe(ref.number);
      expect(await reading.pullRequestOf(branch)).toMatchObject({ number: again.number });
    });

    caseOf(
      "a closed pull request is found by its branch although that is gone",
      { asks: "mergeMethods" },
      async (world) => {
        const { ref, branch, head } = await pullOf(world);
        const { codeHost, reading } = world.forge;
        await codeHost.closePullRequest(ref);
        await codeHost.deleteBranch(branch, head);
        expect(await reading.pullRequestOf(branch)).toMatchObject({ number: ref.number, state: "closed" });
      },
    );

    caseOf("a pull request from a fork says so", { asks: "contents", needs: ["fork"] }, async (world) => {
      // Only what is shown by a platform can be copied there.
      await world.forge.reading.repository();
      const number = await world.people.eve.proposeFromFork("b.ts");
      expect((await pullNow(world, number)).fork).toBe(true);
    });

    caseOf("comments and labels stand in its conversation", {}, async (world) => {
      const { ref } = await pullOf(world);
      for (const text of ["first", "second"]) await world.forge.codeHost.upsertComment(ref, "l:notice", text);
      await world.forge.codeHost.addLabels(ref, ["needs-human-review"]);
      const comments = await world.forge.reading.comments(ref.number, null);
      expect(comments.map(({ key }) => key)).toEqual(["l:notice"]);
      expect((await pullNow(world, ref.number)).labels).toEqual(["needs-human-review"]);
    });

    caseOf(
      "who cannot be asked for a review is told, the others are asked",
      { needs: ["bob"] },
      async (world) => {
        const { ref } = await pullOf(world);
        const { login } = world.people.bob;
        const { refused } = await world.forge.codeHost.requestReviewers(ref, [login, "nobody-here"]);
        // Where people are not told apart, nobody can be asked.
        const told = has(world.forge.capabilities, "permissions");
        expect(refused).toEqual(told ? ["nobody-here"] : [login, "nobody-here"]);
        expect(await world.forge.codeHost.requestReviewers(ref, [])).toEqual({ refused: [] });
      },
    );
  });
}
