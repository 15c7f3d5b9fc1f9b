import type { Finding } from "@tamma/core/domain/loop/proposal.ts";
import { expect } from "vitest";
import { has, part } from "./cases.ts";
import { type Ground, pullOf } from "./world.ts";

const finding: Finding = {
  ...{ path: "a.ts", line: 10, severity: "blocking" as const, title: "Rounds down" },
  ...{ detail: "Cents are lost.", suggestion: "Round half up." },
};

/** Reviews and their threads, on one platform. */
export function reviewsContract(ground: Ground): void {
  part(ground, "reviews", (caseOf) => {
    caseOf("what a review found is read by people, each finding once", {}, async (world) => {
      const { ref, head } = await pullOf(world);
      const outside = { ...finding, path: "README.md", line: 1, title: "Far away" };
      const review = { key: `l:${head}`, sha: head, summary: "Two things.", findings: [finding, outside] };
      for (const _ of ["once", "again"]) await world.forge.codeHost.submitReview(ref, review);
      const { reading, capabilities } = world.forge;
      const lines = has(capabilities, "inlineComments");
      const said = lines
        ? [...(await reading.reviews(ref.number)), ...(await threadComments())]
        : await reading.comments(ref.number, null);
      const all = said.map(({ body }) => body).join("\n");
      for (const text of ["Two things.", "Rounds down", "Cents are lost.", "Round half up.", "Far away"])
        expect(all).toContain(text);
      expect(all.split("Rounds down")).toHaveLength(2);

      async function threadComments() {
        return (await reading.threads(ref.number)).flatMap(({ comments }) => comments);
      }
    });

    caseOf(
      "a review is posted once, its findings at their lines, others in its text",
      { asks: "inlineComments" },
      async (world) => {
        const { ref, head } = await pullOf(world);
        const outside = { ...finding, line: 55, title: "Far away" };
        const review = { key: `l:${head}`, sha: head, summary: "One thing.", findings: [finding, outside] };
        for (const _ of ["once", "again"]) await world.forge.codeHost.submitReview(ref, review);
        const reviews = await world.forge.reading.reviews(ref.number);
        expect(reviews).toMatchObject([{ key: review.key, sha: head, author: { login: world.bot } }]);
        expect(reviews[0]?.body).toContain("Far away");
        const threads = await world.forge.reading.threads(ref.number);
        expect(threads.map(({ path, line }) => [path, line])).toEqual([["a.ts", 10]]);
        expect(threads[0]?.comments[0]?.body).toContain("Rounds down");
      },
    );

    caseOf(
      "a review without findings, and one of a file beside the change, are posted",
      { asks: "inlineComments" },
      async (world) => {
        const { ref, head } = await pullOf(world);
        const base = { sha: head, summary: "Fine." };
        await world.forge.codeHost.submitReview(ref, { ...base, key: "l:1", findings: [] });
        const elsewhere = { ...finding, path: "README.md", line: 1 };
        await world.forge.codeHost.submitReview(ref, { ...base, key: "l:2", findings: [elsewhere] });
        const reviews = await world.forge.reading.reviews(ref.number);
        expect(reviews.map(({ key }) => key).sort()).toEqual(["l:1", "l:2"]);
        expect(await world.forge.reading.threads(ref.number)).toEqual([]);
      },
    );

    caseOf(
      "proposed lines can be taken over by a click where the platform has that, and are shown elsewhere",
      { shows: ["suggestions"] },
      async (world) => {
        const { ref, head } = await pullOf(world);
        const lines = "```ts\nround(half(up));\n```";
        const findings = [{ ...finding, suggestion: lines }];
        await world.forge.codeHost.submitReview(ref, { key: "l:1", sha: head, summary: "", findings });
        const { reading, capabilities } = world.forge;
        const [said] = has(capabilities, "inlineComments")
          ? ((await reading.threads(ref.number))[0]?.comments ?? [])
          : await reading.comments(ref.number, null);
        expect(said?.body).toContain("round(half(up));");
        expect(said?.body.includes("```suggestion")).toBe(capabilities.suggestions);
      },
    );

    caseOf(
      "a person's review is read with its verdict and its thread, and answered once in it",
      { asks: "inlineComments", shows: ["requestChanges"], needs: ["bob"] },
      async (world) => {
        const { ref, head } = await pullOf(world);
        const { codeHost, reading, capabilities } = world.forge;
        expect(await reading.reviews(ref.number)).toEqual([]);
        expect(capabilities.requestChanges).toBe(true);
        await world.people.bob.review(ref.number, {
          ...{ verdict: "changes-requested", body: "Please.", sha: head },
          at: { path: "a.ts", line: 10, body: "Why floor?" },
        });
        expect(await reading.reviews(ref.number)).toMatchObject([
          { verdict: "changes-requested", author: { login: world.people.bob.login }, key: null },
        ]);
        const [thread] = await reading.threads(ref.number);
        expect(thread).toMatchObject({
          ...{ path: "a.ts", line: 10 },
          comments: [{ body: "Why floor?", key: null }],
        });
        for (const _ of ["once", "again"])
          await codeHost.replyToThread(ref, thread?.id ?? "", "l:reply:1", "Rounded half up.");
        const [answered, ...more] = await reading.threads(ref.number);
        expect(more).toEqual([]);
        expect(answered?.comments.map(({ key }) => key)).toEqual([null, "l:reply:1"]);
      },
    );

    caseOf(
      "an author approves his own only where the platform lets him",
      { asks: "inlineComments", shows: ["selfApproval"] },
      async (world) => {
        const { ref, head } = await pullOf(world);
        expect(await world.forge.reading.reviews(ref.number)).toEqual([]);
        const own = { verdict: "approved", body: "Mine is good.", sha: head } as const;
        const may = await world.ownAccount.review(ref.number, own).then(
          () => true,
          () => false,
        );
        expect(may).toBe(world.forge.capabilities.selfApproval);
        const verdicts = (await world.forge.reading.reviews(ref.number)).map(({ verdict }) => verdict);
        expect(verdicts).toEqual(may ? ["approved"] : []);
      },
    );

    caseOf("a thread is marked as resolved", { asks: "resolveThreads" }, async (world) => {
      const { ref, head } = await pullOf(world);
      const review = { key: "l:1", sha: head, summary: "Look.", findings: [finding] };
      const { codeHost, reading, capabilities } = world.forge;
      await codeHost.submitReview(ref, review);
      const lines = has(capabilities, "inlineComments");
      const [thread] = lines ? await reading.threads(ref.number) : [{ id: "a.ts:10" }];
      for (const _ of ["once", "again"]) await codeHost.resolveThread(ref, thread?.id ?? "");
      expect(await reading.threads(ref.number)).toMatchObject([{ resolved: true }]);
    });
  });
}
