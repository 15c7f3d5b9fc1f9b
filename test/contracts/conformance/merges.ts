import { expect } from "vitest";
import { failure, part, settled } from "./cases.ts";
import { pullNow } from "./pulls.ts";
import { branchOf, type Ground, original, pullOf, type World } from "./world.ts";

const another = { "a.ts": "quite another file\n" };

/** Merges and the end of branches, on one platform. */
export function mergesContract(ground: Ground): void {
  part(ground, "merges", (caseOf) => {
    const mainOf = async (world: World) => (await world.forge.reading.headOf(world.main)) ?? "";
    const how = async (world: World, head: string) => ({
      ...{ method: "squash" as const, head, base: await mainOf(world), queued: false },
      ...{ title: "Round (#1)", message: "Why." },
    });
    type Asked = Parameters<World["forge"]["codeHost"]["merge"]>;
    const merge = (world: World, ...asked: Asked) =>
      settled(world, () => world.forge.codeHost.merge(...asked));

    caseOf(
      "what could be merged says so, a draft and a conflict say why not",
      { asks: "mergeMethods" },
      async (world) => {
        const { ref } = await pullOf(world);
        await world.forge.reading.mergeability(ref.number);
        const soon = () =>
          expect.poll(async () => (await world.forge.reading.mergeability(ref.number)).state, {
            timeout: world.patienceMs,
          });
        await soon().toBe("draft");
        await world.forge.codeHost.setDraft(ref, false);
        await soon().toBe("ready");
        expect(await world.people.ann.push(world.main, another)).toMatch(/^[0-9a-f]{40}$/);
        // Gitea does not tell a conflict from a look that is not over; after a while it counts as one.
        await soon().toMatch(ground.platform === "gitea" ? /conflict|checking/ : /conflict/);
        // The others need the file as it was.
        await world.people.ann.push(world.main, { "a.ts": original });
      },
    );

    caseOf(
      "a merge of another head than the approved one is refused, and nothing is merged",
      { asks: "mergeMethods", shows: ["headGuard"] },
      async (world) => {
        const { ref, branch, head } = await pullOf(world);
        await world.forge.codeHost.setDraft(ref, false);
        const moved = await world.people.ann.push(branch, { "more.ts": "m\n" });
        expect(await merge(world, ref, await how(world, head))).toEqual({
          ...{ state: "refused", refusal: { why: "head-moved", head: moved } },
        });
        expect(await pullNow(world, ref.number)).toMatchObject({ state: "open", head: moved });
      },
    );

    caseOf(
      "a merge into another base than the proven one is refused, and that base is named",
      { asks: "mergeMethods" },
      async (world) => {
        const { ref, head } = await pullOf(world);
        await world.forge.codeHost.setDraft(ref, false);
        const asked = await how(world, head);
        const base = await world.people.ann.push(world.main, { "elsewhere.ts": `${head}\n` });
        expect(await merge(world, ref, asked)).toEqual({
          ...{ state: "refused", refusal: { why: "base-moved", base } },
        });
        expect([(await pullNow(world, ref.number)).state, await mainOf(world)]).toEqual(["open", base]);
        expect(await merge(world, ref, { ...asked, base })).toMatchObject({ state: "merged" });
        await world.people.ann.push(world.main, { "a.ts": original });
      },
    );

    for (const method of ["merge", "squash", "rebase"] as const)
      caseOf(`a merge by ${method} is done once, by its head`, { asks: "mergeMethods" }, async (world) => {
        const { ref, branch, head } = await pullOf(world);
        await world.forge.codeHost.setDraft(ref, false);
        const asked = { ...(await how(world, head)), method };
        const merged = await merge(world, ref, asked);
        expect(merged).toEqual({ state: "merged", sha: await mainOf(world) });
        expect(await merge(world, ref, asked)).toEqual(merged);
        expect(await pullNow(world, ref.number)).toMatchObject({ state: "merged", draft: false });
        await world.forge.codeHost.closePullRequest(ref);
        expect((await pullNow(world, ref.number)).state).toBe("merged");
        for (const _ of ["once", "again"]) await world.forge.codeHost.deleteBranch(branch, head);
        expect(await world.forge.reading.headOf(branch)).toBeNull();
      });

    caseOf(
      "a conflict, a draft and a closed pull request are not merged, each with its reason",
      { asks: "mergeMethods" },
      async (world) => {
        const why = async (of: Awaited<ReturnType<typeof pullOf>>) => {
          const answer = await merge(world, of.ref, await how(world, of.head));
          return answer.state === "refused" ? answer.refusal : answer;
        };
        const pull = await pullOf(world);
        const words = expect.stringMatching(/draft|progress/i);
        expect(await why(pull)).toMatchObject({ why: "blocked", words });
        await world.forge.codeHost.setDraft(pull.ref, false);
        const before = await world.forge.reading.file("a.ts", world.main);
        await world.people.ann.push(world.main, another);
        await expect.poll(() => why(pull), { timeout: world.patienceMs }).toMatchObject({ why: "conflict" });
        await world.people.ann.push(world.main, { "a.ts": before ?? "" });
        await world.forge.codeHost.closePullRequest(pull.ref);
        expect(await why(pull)).toMatchObject({ why: "blocked", words: expect.stringContaining("closed") });
        expect(await world.forge.reading.headOf(pull.branch)).toBe(pull.head);
      },
    );

    caseOf("a branch that somebody pushed to is not deleted", { asks: "mergeMethods" }, async (world) => {
      const { branch, head } = await branchOf(world);
      const moved = await world.people.ann.push(branch, { "more.ts": "m\n" });
      const { codeHost, reading, capabilities } = world.forge;
      if (capabilities.mergeMethods.length === 0) return codeHost.deleteBranch(branch, head);
      expect((await failure(codeHost.deleteBranch(branch, head))).kind).toBe("head-moved");
      expect(await reading.headOf(branch)).toBe(moved);
    });
  });
}
