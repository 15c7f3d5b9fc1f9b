import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ann, bob, type Dialect, eve, name, openWorld, type World } from "./world.ts";

/** Issues, their comments, labels and people, on one platform. */
export function issuesContract(dialect: Dialect): void {
  describe(`${dialect}: issues`, () => {
    let world: World;
    beforeAll(async () => {
      world = await openWorld(dialect);
    });
    afterAll(() => world[Symbol.asyncDispose]());

    const opened = (made: { title?: string; body?: string; labels?: string[] } = {}) => {
      const { id, number } = world.simulated.people.openIssue(ann, { title: "Rounding", ...made });
      return { id: String(id), number };
    };

    test("an issue is read with its labels, its comments, and whether each author may write", async () => {
      const { number } = opened({ body: "It is off by a cent.", labels: ["tamma", "bug"] });
      world.simulated.people.comment(bob, number, "Since May.");
      world.simulated.people.comment(eve, number, "Me too.");
      const issue = await world.forge.reading.issue(number);
      expect(issue).toMatchObject({ number, title: "Rounding", body: "It is off by a cent.", author: "ann" });
      expect(issue).toMatchObject({
        open: true,
        mayWrite: true,
        labels: expect.arrayContaining(["tamma", "bug"]),
      });
      expect(issue?.url).toContain(`/${name}/issues/${number}`);
      expect(issue?.comments.map(({ author, mayWrite, body }) => [author, mayWrite, body])).toEqual([
        ["bob", true, "Since May."],
        ["eve", false, "Me too."],
      ]);
    });

    test("an issue that is not there, and a pull request, are no issue", async () => {
      const { ref } = await world.pull();
      expect(await world.forge.reading.issue(9_999)).toBeNull();
      expect(await world.forge.reading.issue(ref.number)).toBeNull();
    });

    test("an issue without a text is read", async () => {
      const { number } = opened({ body: "" });
      expect(await world.forge.reading.issue(number)).toMatchObject({ body: "", comments: [] });
    });

    test("who put a label there is told, or nobody is named", async () => {
      const { number } = opened({ labels: ["due"] });
      world.simulated.people.label(bob, number, { remove: ["due"] });
      expect(await world.forge.reading.labelledBy(number, "due")).toBeNull();
      world.simulated.people.label(bob, number, { add: ["due"] });
      const told = await world.forge.reading.labelledBy(number, "due");
      expect(told?.login ?? "nobody").toBe(world.dialect === "gitea" ? "bob" : "nobody");
    });

    test("open issues with a label are listed, the oldest first, and no others", async () => {
      const numbers = [1, 2, 3].map((n) => opened({ title: `Wanted ${n}`, labels: ["wanted"] }).number);
      opened({ labels: ["other"] });
      world.simulated.people.setState(ann, numbers[1] ?? 0, "closed");
      expect(await world.forge.reading.issuesWith("wanted")).toEqual([
        { number: numbers[0], title: "Wanted 1" },
        { number: numbers[2], title: "Wanted 3" },
      ]);
      expect(await world.forge.reading.issuesWith("never used")).toEqual([]);
    });

    test("a comment is posted once for a key and replaced later; another key is another one", async () => {
      const issue = opened();
      for (const text of ["first", "second"]) await world.forge.issues.upsertComment(issue, "l:sticky", text);
      await world.forge.issues.upsertComment(issue, "l:notice", "look");
      const comments = await world.forge.reading.comments(issue.number, null);
      expect(comments.map(({ key }) => key)).toEqual(["l:sticky", "l:notice"]);
      expect(comments[0]?.body).toContain("second");
      expect(comments[0]?.body).not.toContain("first");
    });

    test("a known comment is one request, the same text none, and a deleted one comes back", async () => {
      const issue = opened();
      const { issues } = world.forge;
      await issues.upsertComment(issue, "l:sticky", "first");
      const cost = async (text: string) => {
        const before = world.simulated.requests.length;
        await issues.upsertComment(issue, "l:sticky", text);
        return world.simulated.requests.length - before;
      };
      expect([await cost("second"), await cost("second")]).toEqual([1, 0]);
      const { comments } = world.simulated.repository(name).issues.get(issue.number) ?? { comments: [] };
      for (const comment of [...comments]) world.simulated.people.removeComment(ann, comment);
      await issues.upsertComment(issue, "l:sticky", "third");
      const read = await world.forge.reading.comments(issue.number, null);
      expect(read.map(({ key, body }) => [key, body])).toEqual([["l:sticky", "third"]]);
    });

    test("of two texts at once the later one stays", async () => {
      const issue = opened();
      const put = (text: string) => world.forge.issues.upsertComment(issue, "l:sticky", text);
      await Promise.all(["first", "second", "third"].map(put));
      const read = await world.forge.reading.comments(issue.number, null);
      expect(read.map(({ body }) => body)).toEqual(["third"]);
    });

    test("a person who copies Tamma's comment does not become Tamma", async () => {
      const issue = opened();
      await world.forge.issues.upsertComment(issue, "l:sticky", "mine");
      const [own] = await world.forge.reading.comments(issue.number, null);
      world.simulated.people.comment(eve, issue.number, own?.body ?? "");
      const all = await world.forge.reading.comments(issue.number, null);
      expect(all.map(({ author, key }) => [author.login, key])).toEqual([
        ["tamma-bot", "l:sticky"],
        ["eve", null],
      ]);
      await world.forge.issues.upsertComment(issue, "l:sticky", "changed");
      const [mine, hers] = await world.forge.reading.comments(issue.number, null);
      expect(mine?.body).toContain("changed");
      expect(hers?.body).toContain("mine");
    });

    test("a sticky comment is found among hundreds", async () => {
      const issue = opened();
      for (let n = 0; n < 130; n += 1) world.simulated.people.comment(bob, issue.number, `comment ${n}`);
      await world.forge.issues.upsertComment(issue, "l:sticky", "one");
      for (let n = 0; n < 130; n += 1) world.simulated.people.comment(bob, issue.number, `more ${n}`);
      await world.forge.issues.upsertComment(issue, "l:sticky", "two");
      const comments = await world.forge.reading.comments(issue.number, null);
      expect(comments).toHaveLength(261);
      expect(comments.filter(({ key }) => key === "l:sticky").map(({ body }) => body)).toEqual([
        expect.stringContaining("two"),
      ]);
    });

    test("a text longer than the platform takes is cut and keeps its key", async () => {
      const issue = opened();
      const long = "x".repeat(world.forge.capabilities.commentCharsMax + 10);
      await world.forge.issues.upsertComment(issue, "l:sticky", long);
      const [comment] = await world.forge.reading.comments(issue.number, null);
      expect(comment?.key).toBe("l:sticky");
      expect(comment?.body.length).toBeLessThanOrEqual(world.forge.capabilities.commentCharsMax);
    });

    test("comments since a moment are the ones from then on", async () => {
      const issue = opened();
      world.simulated.people.comment(bob, issue.number, "old");
      const [old] = await world.forge.reading.comments(issue.number, null);
      const later = (old?.at ?? 0) + 60_000;
      expect(await world.forge.reading.comments(issue.number, later)).toEqual([]);
      expect(await world.forge.reading.comments(issue.number, old?.at ?? 0)).toHaveLength(1);
    });

    test("labels are added and removed as often as one likes, unknown ones too", async () => {
      const issue = opened({ labels: ["kept"] });
      for (const _ of ["once", "again"]) {
        await world.forge.issues.addLabels(issue, ["tamma:working", "brand new"]);
        await world.forge.issues.removeLabels(issue, ["brand new", "never there"]);
      }
      const read = await world.forge.reading.issue(issue.number);
      expect([...(read?.labels ?? [])].sort()).toEqual(["kept", "tamma:working"]);
    });

    test("a label that people took off and put back is taken off again", async () => {
      const issue = opened({ labels: ["tamma"] });
      await world.forge.issues.addLabels(issue, ["tamma:working"]);
      await world.forge.issues.removeLabels(issue, ["tamma"]);
      world.simulated.people.label(ann, issue.number, { add: ["tamma"], remove: ["tamma:working"] });
      await world.forge.issues.removeLabels(issue, ["tamma:working", "tamma"]);
      expect((await world.forge.reading.issue(issue.number))?.labels).toEqual([]);
    });

    test("an issue is assigned and closed, twice without harm", async () => {
      const issue = opened();
      for (const _ of ["once", "again"]) {
        await world.forge.issues.assign(issue, ["bob"]);
        await world.forge.issues.closeIssue(issue);
      }
      const { state, assignees } = world.simulated.repository(name).issues.get(issue.number) ?? {};
      expect([state, assignees?.map(({ login }) => login)]).toEqual(["closed", ["bob"]]);
    });

    test("a reaction says that a comment was seen", async () => {
      const issue = opened();
      const comment = world.simulated.people.comment(bob, issue.number, "/tamma start");
      for (const _ of ["once", "again"]) await world.forge.issues.react(String(comment.id), "eyes");
      expect(comment.reactions).toHaveLength(1);
    });

    test("an issue of a key is made once", async () => {
      const wish = { key: "l:part:1", title: "First part", body: "Split.", labels: ["tamma"] };
      const number = await world.forge.issues.createIssue(wish);
      expect(await world.forge.issues.createIssue(wish)).toBe(number);
      expect(await world.forge.issues.createIssue({ ...wish, key: "l:part:2" })).not.toBe(number);
      expect(await world.forge.reading.issue(number)).toMatchObject({
        title: "First part",
        labels: ["tamma"],
      });
    });

    test.each([
      ["ann", "admin"],
      ["bob", "write"],
      ["eve", "read"],
      ["nobody-of-this-name", "none"],
    ])("%s may %s", async (login, permission) => {
      expect(["none", "read"].includes(permission)).toBe(
        ["none", "read"].includes(await world.forge.reading.permissionOf(login)),
      );
      if (permission === "admin" || permission === "write")
        expect(await world.forge.reading.permissionOf(login)).toBe(permission);
    });

    test("a right that is taken away is gone", async () => {
      world.simulated.people.allow(name, "tim", "write");
      expect(await world.forge.reading.permissionOf("tim")).toBe("write");
      world.simulated.people.allow(name, "tim", "none");
      expect(["none", "read"]).toContain(await world.forge.reading.permissionOf("tim"));
    });
  });
}
