import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ann, type Dialect, failure, openWorld, scopes, type World } from "./world.ts";

/** What a platform does when it is not well, or does not want to. */
export function faultsContract(dialect: Dialect): void {
  describe(`${dialect}: faults`, () => {
    let world: World;
    beforeAll(async () => {
      world = await openWorld(dialect);
      world.simulated.people.openIssue(ann, { title: "One" });
    });
    afterAll(() => world[Symbol.asyncDispose]());

    const issue = () => world.forge.reading.issue(1);
    const closing = () => world.forge.issues.closeIssue({ id: "1", number: 1 });
    const plan = (...fault: Parameters<World["simulated"]["faults"]["add"]>) => {
      world.simulated.faults.clear();
      world.simulated.faults.add(...fault);
    };

    test.each([
      ["an error of the server", { status: 502, body: "Bad Gateway" }],
      ["a connection that breaks", { cut: "before" }],
      ["a page of a proxy", { page: 503 }],
    ] as const)("%s while reading is outlasted", async (_, fault) => {
      plan({ method: "GET" }, fault);
      expect(await issue()).toMatchObject({ title: "One" });
    });

    test("a server that stays ill is a transient error", async () => {
      plan({ times: 50 }, { status: 503, body: "down" });
      expect((await failure(issue())).kind).toBe("transient");
      world.simulated.faults.clear();
    });

    test("a limit of requests says when to come back", async () => {
      const resetAt = Math.ceil((Date.now() + 120_000) / 1000) * 1000;
      plan({ times: 50 }, { rateLimit: { resetAt } });
      const error = await failure(issue());
      world.simulated.faults.clear();
      expect(error.kind).toBe("rate-limited");
      if (dialect === "github") expect(error.retryAt).toBe(resetAt);
      else expect(error.retryAt === null || error.retryAt > Date.now()).toBe(true);
    });

    test("a pause that is asked for is kept", async () => {
      plan({ times: 50 }, { secondaryLimitSeconds: 60 });
      const error = await failure(closing());
      world.simulated.faults.clear();
      expect(error.kind).toBe("rate-limited");
      expect(error.retryAt).toBeGreaterThan(Date.now() + 30_000);
    });

    test("work whose answer is lost is found, and not done twice", async () => {
      const wish = { key: "l:lost", title: "Once", body: "text", labels: [] };
      plan({ method: "POST", path: /\/issues(\?|$)/ }, { cut: "after" });
      expect((await failure(world.forge.issues.createIssue(wish))).kind).toBe("transient");
      world.simulated.faults.clear();
      const number = await world.forge.issues.createIssue(wish);
      const all = [...world.simulated.repository("acme/shop").issues.values()];
      expect(all.filter(({ title }) => title === "Once").map((each) => each.number)).toEqual([number]);
    });

    test("a comment whose answer is lost is found, and not posted twice", async () => {
      const post = () => world.forge.issues.upsertComment({ number: 1 }, "l:lost", "text");
      plan({ method: "POST", path: /\/comments(\?|$)/ }, { cut: "after" });
      expect((await failure(post())).kind).toBe("transient");
      world.simulated.faults.clear();
      await post();
      const comments = await world.forge.reading.comments(1, null);
      expect(comments.filter(({ key }) => key === "l:lost")).toHaveLength(1);
    });

    test("a token that was revoked, and one that may only read, are told apart", async () => {
      const token = world.simulated.addToken({ user: "reader", scopes: scopes[dialect] });
      world.simulated.people.allow("acme/shop", "reader", "read");
      const reader = await world.as(token);
      const refused = await failure(
        reader.codeHost.updatePullRequest({ id: "1", number: 1, url: "" }, { title: "Mine now" }),
      );
      expect(["forbidden", "not-found"]).toContain(refused.kind);
      world.simulated.revoke(token);
      expect((await failure(reader.reading.issue(1))).kind).toBe("auth");
      expect((await failure(world.as(token).then((forge) => forge.reading.me()))).kind).toBe("auth");
    });

    test("no error tells the token", async () => {
      const token = world.simulated.addToken({ user: "tamma-bot", scopes: scopes[dialect] });
      world.simulated.revoke(token);
      const error = await failure(world.as(token).then((forge) => forge.reading.me()));
      expect(`${error.message} ${error.stack} ${JSON.stringify(error)}`).not.toContain(token);
    });
  });
}
