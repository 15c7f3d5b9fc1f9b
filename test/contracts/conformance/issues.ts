import { expect } from "vitest";
import { has, part } from "./cases.ts";
import { type Ground, pullOf, type Role, type World } from "./world.ts";

/** Issues, their comments, labels and people, on one platform. */
export function issuesContract(ground: Ground): void {
  part(ground, "issues", (caseOf) => {
    const opened = (world: World, made: { title?: string; body?: string; labels?: string[] } = {}) =>
      world.people.ann.openIssue({ title: "Rounding", ...made });
    const said = (world: World, number: number) => world.forge.reading.comments(number, null);

    caseOf(
      "an issue is read with its labels, its comments, and whether each author may write",
      { needs: ["bob", "eve"] },
      async (world) => {
        const { ann, bob, eve } = world.people;
        const { number } = await opened(world, { body: "It is off by a cent.", labels: ["tamma", "bug"] });
        await bob.comment(number, "Since May.");
        await eve.comment(number, "Me too.");
        const issue = await world.forge.reading.issue(number);
        expect(issue).toMatchObject({ number, title: "Rounding", body: "It is off by a cent." });
        expect(issue).toMatchObject({
          ...{ author: ann.login, open: true, mayWrite: true },
          labels: expect.arrayContaining(["tamma", "bug"]),
        });
        expect(issue?.url).toMatch(new RegExp(`/issues/${number}$`));
        // Where nobody's rights are told, whoever can write at all has the server's own token.
        const stranger = !has(world.forge.capabilities, "permissions");
        expect(issue?.comments.map(({ author, mayWrite, body }) => [author, mayWrite, body])).toEqual([
          [bob.login, true, "Since May."],
          [eve.login, stranger, "Me too."],
        ]);
      },
    );

    caseOf("an issue that is not there, and a pull request, are no issue", {}, async (world) => {
      const { ref } = await pullOf(world);
      expect(await world.forge.reading.issue(9_999)).toBeNull();
      expect(await world.forge.reading.issue(ref.number)).toBeNull();
    });

    caseOf("an issue without a text is read", {}, async (world) => {
      const { number } = await opened(world, { body: "" });
      expect(await world.forge.reading.issue(number)).toMatchObject({ body: "", comments: [] });
    });

    caseOf("who put a label there is told, or nobody is named", {}, async (world) => {
      const { number } = await opened(world, { labels: ["due"] });
      await world.people.ann.label(number, { remove: ["due"] });
      expect(await world.forge.reading.labelledBy(number, "due")).toBeNull();
      await world.people.ann.label(number, { add: ["due"] });
      const told = await world.forge.reading.labelledBy(number, "due");
      expect(told?.login ?? "nobody").toBe(ground.platform === "gitea" ? world.people.ann.login : "nobody");
    });

    caseOf("open issues with a label are listed, the oldest first, and no others", {}, async (world) => {
      const labels = [`wanted-${process.pid}-${Date.now()}`];
      const numbers: number[] = [];
      for (const n of [1, 2, 3]) numbers.push((await opened(world, { title: `Wanted ${n}`, labels })).number);
      await opened(world, { labels: ["other"] });
      await world.people.ann.closeIssue(numbers[1] ?? 0);
      await expect
        .poll(() => world.forge.reading.issuesWith(labels[0] ?? ""), { timeout: world.patienceMs })
        .toEqual([
          { number: numbers[0], title: "Wanted 1" },
          { number: numbers[2], title: "Wanted 3" },
        ]);
      expect(await world.forge.reading.issuesWith("never used")).toEqual([]);
    });

    caseOf(
      "a comment is posted once for a key and replaced later; another key is another one",
      {},
      async (world) => {
        const issue = await opened(world);
        for (const text of ["first", "second"])
          await world.forge.issues.upsertComment(issue, "l:sticky", text);
        await world.forge.issues.upsertComment(issue, "l:notice", "look");
        const comments = await said(world, issue.number);
        expect(comments.map(({ key }) => key)).toEqual(["l:sticky", "l:notice"]);
        expect(comments[0]?.body).toContain("second");
        expect(comments[0]?.body).not.toContain("first");
      },
    );

    caseOf("of texts at once the last one stays", {}, async (world) => {
      const issue = await opened(world);
      const put = (text: string) => world.forge.issues.upsertComment(issue, "l:sticky", text);
      await Promise.all(["first", "second", "third"].map(put));
      const [only, ...more] = await said(world, issue.number);
      expect(only?.body).toContain("third");
      expect(more).toEqual([]);
    });

    caseOf(
      "a comment that is known is one request, the same text none, and a deleted one comes back",
      { needs: ["faults"] },
      async (world) => {
        const { simulated, forge } = world;
        if (simulated === null) return;
        const issue = await opened(world);
        await forge.issues.upsertComment(issue, "l:sticky", "first");
        const cost = async (text: string) => {
          const before = simulated.requests.length;
          await forge.issues.upsertComment(issue, "l:sticky", text);
          return simulated.requests.length - before;
        };
        expect([await cost("second"), await cost("second")]).toEqual([1, 0]);
        const { comments } = simulated.repository(world.name).issues.get(issue.number) ?? { comments: [] };
        for (const comment of [...comments])
          simulated.people.removeComment({ in: world.name, by: "ann" }, comment);
        await forge.issues.upsertComment(issue, "l:sticky", "third");
        expect((await said(world, issue.number)).map(({ key, body }) => [key, body])).toEqual([
          ["l:sticky", "third"],
        ]);
      },
    );

    caseOf("a person who copies Tamma's comment does not become Tamma", { needs: ["eve"] }, async (world) => {
      const issue = await opened(world);
      await world.forge.issues.upsertComment(issue, "l:sticky", "mine");
      const [own] = await said(world, issue.number);
      await world.people.eve.comment(issue.number, own?.body ?? "");
      expect((await said(world, issue.number)).map(({ author, key }) => [author.login, key])).toEqual([
        [world.bot, "l:sticky"],
        [world.people.eve.login, null],
      ]);
      await world.forge.issues.upsertComment(issue, "l:sticky", "changed");
      const [mine, hers] = await said(world, issue.number);
      expect(mine?.body).toContain("changed");
      expect(hers?.body).toContain("mine");
    });

    caseOf(
      "a sticky comment is found among hundreds",
      { shows: ["pageSizeMax"], needs: ["hundreds"] },
      async (world) => {
        const issue = await opened(world);
        const talk = async (word: string) => {
          for (let n = 0; n < 130; n += 1) await world.people.ann.comment(issue.number, `${word} ${n}`);
        };
        await talk("comment");
        await world.forge.issues.upsertComment(issue, "l:sticky", "one");
        await talk("more");
        await world.forge.issues.upsertComment(issue, "l:sticky", "two");
        const comments = await said(world, issue.number);
        expect(comments).toHaveLength(261);
        expect(comments.filter(({ key }) => key === "l:sticky").map(({ body }) => body)).toEqual([
          expect.stringContaining("two"),
        ]);
      },
    );

    caseOf(
      "a text longer than the platform takes is cut and keeps its key",
      { shows: ["commentCharsMax"] },
      async (world) => {
        const issue = await opened(world);
        const { commentCharsMax } = world.forge.capabilities;
        await world.forge.issues.upsertComment(issue, "l:sticky", "x".repeat(commentCharsMax + 10));
        const [comment] = await said(world, issue.number);
        expect(comment?.key).toBe("l:sticky");
        expect(comment?.body.length).toBeLessThanOrEqual(commentCharsMax);
        expect(comment?.body).toMatch(/x{1000}/);
      },
    );

    caseOf("comments since a moment are the ones from then on", {}, async (world) => {
      const issue = await opened(world);
      await world.people.ann.comment(issue.number, "old");
      const [old] = await said(world, issue.number);
      const later = (old?.at ?? 0) + 60_000;
      expect(await world.forge.reading.comments(issue.number, later)).toEqual([]);
      expect(await world.forge.reading.comments(issue.number, old?.at ?? 0)).toHaveLength(1);
    });

    caseOf("labels are added and removed as often as one likes, unknown ones too", {}, async (world) => {
      const issue = await opened(world, { labels: ["kept"] });
      for (const _ of ["once", "again"]) {
        await world.forge.issues.addLabels(issue, ["tamma:working", "brand new"]);
        await world.forge.issues.removeLabels(issue, ["brand new", "never there"]);
      }
      const read = await world.forge.reading.issue(issue.number);
      expect([...(read?.labels ?? [])].sort()).toEqual(["kept", "tamma:working"]);
    });

    caseOf("a label that people took off and put back is taken off again", {}, async (world) => {
      const issue = await world.people.ann.openIssue({ title: "One", labels: ["tamma"] });
      await world.forge.issues.addLabels(issue, ["tamma:working"]);
      await world.forge.issues.removeLabels(issue, ["tamma"]);
      await world.people.ann.label(issue.number, { add: ["tamma"], remove: ["tamma:working"] });
      await world.forge.issues.removeLabels(issue, ["tamma:working", "tamma"]);
      expect((await world.forge.reading.issue(issue.number))?.labels).toEqual([]);
    });

    caseOf("an issue is assigned and closed, twice without harm", {}, async (world) => {
      const issue = await opened(world);
      const { login } = world.people.ann;
      for (const _ of ["once", "again"]) {
        await world.forge.issues.assign(issue, [login]);
        await world.forge.issues.closeIssue(issue);
      }
      // Where people are not told apart, nobody can be assigned.
      const assignees = has(world.forge.capabilities, "permissions") ? [login] : [];
      expect(await world.looks.issue(issue.number)).toEqual({ state: "closed", assignees });
    });

    caseOf(
      "a reaction says that a comment was seen, where there are any",
      { shows: ["reactions"] },
      async (world) => {
        const issue = await opened(world);
        const comment = await world.people.ann.comment(issue.number, "/tamma start");
        for (const _ of ["once", "again"]) await world.forge.issues.react(comment, "eyes");
        expect(await world.looks.reactions(comment)).toBe(world.forge.capabilities.reactions ? 1 : 0);
      },
    );

    caseOf("an issue of a key is made once", {}, async (world) => {
      const wish = { key: `l:part:${Date.now()}`, title: "First part", body: "Split.", labels: ["tamma"] };
      const number = await world.forge.issues.createIssue(wish);
      expect(await world.forge.issues.createIssue(wish)).toBe(number);
      expect(await world.forge.issues.createIssue({ ...wish, key: `${wish.key}:2` })).not.toBe(number);
      expect(await world.forge.reading.issue(number)).toMatchObject({
        title: "First part",
        labels: ["tamma"],
      });
    });

    const may = (login: (world: World) => string, permissions: string[]) => async (world: World) =>
      expect(permissions).toContain(await world.forge.reading.permissionOf(login(world)));
    for (const [role, permissions, needs] of [
      ["ann", ["admin"], []],
      ["bob", ["write"], ["bob"]],
      ["eve", ["none", "read"], ["eve"]],
    ] as const)
      caseOf(
        `${role} may ${permissions.join(" or ")}`,
        { asks: "permissions", needs },
        may((world) => world.people[role as Role].login, [...permissions]),
      );
    caseOf(
      "somebody who is not known may none or read",
      { asks: "permissions" },
      may(() => "nobody-of-this-name", ["none", "read"]),
    );

    caseOf(
      "a right that is taken away is gone",
      { asks: "permissions", needs: ["eve", "rights"] },
      async (world) => {
        const { login } = world.people.eve;
        const permission = () => world.forge.reading.permissionOf(login);
        expect(["none", "read"]).toContain(await permission());
        await world.rules.allow("eve", "write");
        expect(await permission()).toBe("write");
        await world.rules.allow("eve", "none");
        expect(["none", "read"]).toContain(await permission());
      },
    );
  });
}
