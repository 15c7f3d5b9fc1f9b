import type { Finding } from "@tamma/core/domain/loop/proposal.ts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ann, bob, type Dialect, eve, failure, name, openWorld, type World } from "./world.ts";

const finding: Finding = {
  ...{
    path: "a.ts",
    line: 10,
    severity: "blocking" as const,
    title: "Rounds down",
    detail: "Cents are lost.",
  },
  suggestion: "Round half up.",
};

/** Pull requests, reviews, threads and merges, on one platform. */
export function pullsContract(dialect: Dialect): void {
  describe(`${dialect}: pull requests`, () => {
    let world: World;
    beforeAll(async () => {
      world = await openWorld(dialect);
    });
    afterAll(() => world[Symbol.asyncDispose]());

    const now = async (number: number) => {
      const found = await world.forge.reading.pullRequest(number);
      if (!found) throw new Error(`pull request ${number} is gone`);
      return found;
    };
    const main = async () => (await world.forge.reading.headOf("main")) ?? "";
    const how = async (head: string) => ({
      ...{ method: "squash" as const, head, base: await main(), queued: false },
      ...{ title: "Round (#1)", message: "Why." },
    });

    test("a pull request is opened once for a branch, as a draft", async () => {
      const { branch, head } = await world.branch();
      const request = { branch, base: "main", title: "Round", body: "Why.", draft: true };
      const [first, second] = [
        await world.forge.codeHost.openPullRequest(request),
        await world.forge.codeHost.openPullRequest(request),
      ];
      expect(second).toEqual(first);
      expect(await now(first.number)).toMatchObject({
        ...{ branch, head, base: "main", state: "open", draft: true, fork: false, mergeSha: null },
        author: { login: "tamma-bot" },
      });
      expect(await world.forge.reading.pullRequestOf(branch)).toMatchObject({ number: first.number });
      expect(await world.forge.reading.pullRequestOf("no/such")).toBeNull();
    });

    test("its title and text change, and whether it is a draft, in any order", async () => {
      const { ref } = await world.pull();
      await world.forge.codeHost.updatePullRequest(ref, { title: "Round half up", body: "Because." });
      expect(await now(ref.number)).toMatchObject({ draft: true, body: "Because." });
      for (const _ of ["once", "again"]) await world.forge.codeHost.setDraft(ref, false);
      expect(await now(ref.number)).toMatchObject({ draft: false, title: "Round half up" });
      for (const _ of ["once", "again"]) await world.forge.codeHost.setDraft(ref, true);
      expect((await now(ref.number)).draft).toBe(true);
    });

    test("the newest pull request of a branch is found, also when it is closed", async () => {
      const { ref, branch } = await world.pull();
      for (const _ of ["once", "again"]) await world.forge.codeHost.closePullRequest(ref);
      expect(await world.forge.reading.pullRequestOf(branch)).toMatchObject({ state: "closed" });
      const request = { branch, base: "main", title: "Again", body: "", draft: false };
      const again = await world.forge.codeHost.openPullRequest(request);
      expect(again.number).not.toBe(ref.number);
      expect(await world.forge.reading.pullRequestOf(branch)).toMatchObject({ number: again.number });
    });

    test("a pull request from a fork says so", async () => {
      await world.simulated.fork(name, "eve");
      await world.simulated.people.push({ in: "eve/shop", by: "eve" }, "fix", { files: { "b.ts": "b\n" } });
      const made = { head: "fix", base: "main", title: "From outside", body: "" };
      const pull = await world.simulated.people.openPull(eve, { ...made, fork: "eve/shop" });
      expect((await now(pull.issue.number)).fork).toBe(true);
    });

    test("comments and labels stand in its conversation", async () => {
      const { ref } = await world.pull();
      for (const text of ["first", "second"]) await world.forge.codeHost.upsertComment(ref, "l:notice", text);
      await world.forge.codeHost.addLabels(ref, ["needs-human-review"]);
      const comments = await world.forge.reading.comments(ref.number, null);
      expect(comments.map(({ key }) => key)).toEqual(["l:notice"]);
      expect((await now(ref.number)).labels).toEqual(["needs-human-review"]);
    });

    test("who cannot be asked for a review is told, the others are asked", async () => {
      const { ref } = await world.pull();
      const { refused } = await world.forge.codeHost.requestReviewers(ref, ["bob", "nobody-here"]);
      expect(refused).toEqual(["nobody-here"]);
      expect(await world.forge.codeHost.requestReviewers(ref, [])).toEqual({ refused: [] });
    });

    test("a review is posted once, its findings at their lines, others in its text", async () => {
      const { ref, head } = await world.pull();
      const outside = { ...finding, line: 55, title: "Far away" };
      const review = { key: `l:${head}`, sha: head, summary: "One thing.", findings: [finding, outside] };
      for (const _ of ["once", "again"]) await world.forge.codeHost.submitReview(ref, review);
      const reviews = await world.forge.reading.reviews(ref.number);
      expect(reviews).toMatchObject([{ key: review.key, sha: head, author: { login: "tamma-bot" } }]);
      expect(reviews[0]?.body).toContain("Far away");
      const threads = await world.forge.reading.threads(ref.number);
      expect(threads.map(({ path, line }) => [path, line])).toEqual([["a.ts", 10]]);
      expect(threads[0]?.comments[0]?.body).toContain("Rounds down");
    });

    test("a review without findings, and one of a file beside the change, are posted", async () => {
      const { ref, head } = await world.pull();
      const base = { sha: head, summary: "Fine." };
      await world.forge.codeHost.submitReview(ref, { ...base, key: "l:1", findings: [] });
      const elsewhere = { ...finding, path: "README.md", line: 1 };
      await world.forge.codeHost.submitReview(ref, { ...base, key: "l:2", findings: [elsewhere] });
      const reviews = await world.forge.reading.reviews(ref.number);
      expect(reviews.map(({ key }) => key).sort()).toEqual(["l:1", "l:2"]);
      expect(await world.forge.reading.threads(ref.number)).toEqual([]);
    });

    test("a person's review is read with its verdict and its thread, and answered once in it", async () => {
      const { ref, head } = await world.pull();
      world.simulated.people.review(bob, ref.number, {
        ...{ verdict: "changes-requested", body: "Please.", sha: head },
        comments: [{ path: "a.ts", line: 10, body: "Why floor?" }],
      });
      expect(await world.forge.reading.reviews(ref.number)).toMatchObject([
        { verdict: "changes-requested", author: { login: "bob" }, key: null },
      ]);
      const [thread] = await world.forge.reading.threads(ref.number);
      expect(thread).toMatchObject({ path: "a.ts", line: 10, comments: [{ body: "Why floor?", key: null }] });
      for (const _ of ["once", "again"])
        await world.forge.codeHost.replyToThread(ref, thread?.id ?? "", "l:reply:1", "Rounded half up.");
      const [answered, ...more] = await world.forge.reading.threads(ref.number);
      expect(more).toEqual([]);
      expect(answered?.comments.map(({ key }) => key)).toEqual([null, "l:reply:1"]);
    });

    test("a thread is resolved, or the platform is said not to be able to", async () => {
      const { ref, head } = await world.pull();
      const review = { key: "l:1", sha: head, summary: "", findings: [finding] };
      await world.forge.codeHost.submitReview(ref, review);
      const [thread] = await world.forge.reading.threads(ref.number);
      const resolve = () => world.forge.codeHost.resolveThread(ref, thread?.id ?? "");
      if (!world.forge.capabilities.resolveThreads) {
        expect((await failure(resolve())).kind).toBe("unsupported");
        return;
      }
      for (const _ of ["once", "again"]) await resolve();
      expect(await world.forge.reading.threads(ref.number)).toMatchObject([{ resolved: true }]);
    });

    test("what could be merged says so, a draft and a conflict say why not", async () => {
      const { ref } = await world.pull();
      const settled = () =>
        expect.poll(async () => (await world.forge.reading.mergeability(ref.number)).state, {
          timeout: 5_000,
        });
      await settled().toBe("draft");
      await world.forge.codeHost.setDraft(ref, false);
      await settled().toBe("ready");
      const other = await world.simulated.people.push(ann, "main", {
        files: { "a.ts": "quite another file\n" },
      });
      expect(other).toMatch(/^[0-9a-f]{40}$/);
      // Gitea does not tell a conflict from a look that is not over; after a while it counts as one.
      await settled().toMatch(dialect === "gitea" ? /conflict|checking/ : /conflict/);
      // The others need the file as it was.
      const lines = Array.from({ length: 60 }, (_, n) => `line ${n + 1}`).join("\n");
      await world.simulated.people.push(ann, "main", { files: { "a.ts": `${lines}\n` } });
    });

    test("a merge of another head than the approved one is refused, and nothing is merged", async () => {
      const { ref, head } = await world.pull();
      await world.forge.codeHost.setDraft(ref, false);
      const moved = await world.simulated.people.push(bob, (await now(ref.number)).branch, {
        files: { "more.ts": "m\n" },
      });
      expect(await world.forge.codeHost.merge(ref, await how(head))).toEqual({
        ...{ state: "refused", refusal: { why: "head-moved", head: moved } },
      });
      expect(await now(ref.number)).toMatchObject({ state: "open", head: moved });
    });

    test("a merge into another base than the proven one is refused, and that base is named", async () => {
      const { ref, head } = await world.pull();
      await world.forge.codeHost.setDraft(ref, false);
      const asked = await how(head);
      const base = await world.simulated.people.push(ann, "main", { files: { "elsewhere.ts": `${head}\n` } });
      expect(await world.forge.codeHost.merge(ref, asked)).toEqual({
        ...{ state: "refused", refusal: { why: "base-moved", base } },
      });
      expect([(await now(ref.number)).state, await main()]).toEqual(["open", base]);
      expect(await world.forge.codeHost.merge(ref, { ...asked, base })).toMatchObject({ state: "merged" });
    });

    test.each(["merge", "squash", "rebase"] as const)(
      "a merge by %s is done once, by its head",
      async (method) => {
        const { ref, branch, head } = await world.pull();
        await world.forge.codeHost.setDraft(ref, false);
        const asked = { ...(await how(head)), method };
        const merged = await world.forge.codeHost.merge(ref, asked);
        expect(merged).toEqual({ state: "merged", sha: await main() });
        expect(await world.forge.codeHost.merge(ref, asked)).toEqual(merged);
        expect(await now(ref.number)).toMatchObject({ state: "merged", draft: false });
        await world.forge.codeHost.closePullRequest(ref);
        expect((await now(ref.number)).state).toBe("merged");
        for (const _ of ["once", "again"]) await world.forge.codeHost.deleteBranch(branch, head);
        expect(await world.forge.reading.headOf(branch)).toBeNull();
      },
    );

    test("a conflict, a draft and a closed pull request are not merged, each with its reason", async () => {
      const why = async (of: Awaited<ReturnType<World["pull"]>>) => {
        const answer = await world.forge.codeHost.merge(of.ref, await how(of.head));
        return answer.state === "refused" ? answer.refusal : answer;
      };
      const pull = await world.pull();
      expect(await why(pull)).toMatchObject({
        why: "blocked",
        words: expect.stringMatching(/draft|progress/i),
      });
      await world.forge.codeHost.setDraft(pull.ref, false);
      const original = await world.forge.reading.file("a.ts", "main");
      await world.simulated.people.push(ann, "main", { files: { "a.ts": "quite another file\n" } });
      expect(await why(pull)).toMatchObject({ why: "conflict" });
      await world.simulated.people.push(ann, "main", { files: { "a.ts": original ?? "" } });
      await world.forge.codeHost.closePullRequest(pull.ref);
      expect(await why(pull)).toMatchObject({ why: "blocked", words: expect.stringContaining("closed") });
      expect(await world.forge.reading.headOf(pull.branch)).toBe(pull.head);
    });

    test("a branch that somebody pushed to is not deleted", async () => {
      const { branch, head } = await world.branch();
      const moved = await world.simulated.people.push(bob, branch, { files: { "more.ts": "m\n" } });
      expect((await failure(world.forge.codeHost.deleteBranch(branch, head))).kind).toBe("head-moved");
      expect(await world.forge.reading.headOf(branch)).toBe(moved);
    });
  });
}
