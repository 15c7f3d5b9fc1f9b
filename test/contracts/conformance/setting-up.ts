import { connectAccount } from "@tamma/core/platforms/connect.ts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Dialect, failure, name, openWorld, scopes, type World } from "./world.ts";

const host = { fetch, now: () => Date.now(), pause: async () => {} };
const label = { name: "given", colour: "5319e7", description: "Given to Tamma" };

/** Whose a credential is, and what setting up a repository looks at, on one platform. */
export function settingUpContract(dialect: Dialect): void {
  describe(`${dialect}: setting up`, () => {
    let world: World;
    beforeAll(async () => {
      world = await openWorld(dialect);
    });
    afterAll(() => world[Symbol.asyncDispose]());

    const account = (token: string) =>
      connectAccount(
        { platform: dialect, baseUrl: world.simulated.url, credential: { kind: "token", token } },
        host,
      );
    const tokenOf = (user: string) => world.simulated.addToken({ user, scopes: scopes[dialect] });

    test("a token says whose it is, on which version, and what is needed of it", async () => {
      const { login, version, rights } = await account(tokenOf("tamma-bot"));
      expect(login).toBe("tamma-bot");
      expect(version).toMatch(/^\d+\.\d+/);
      expect(rights.filter(({ needed }) => needed).map(({ name }) => name)).not.toEqual([]);
      // What is told is told right; what is not told is not made up.
      expect(rights.filter(({ granted }) => granted === false)).toEqual([]);
    });

    test("a token that opens nothing is refused as such", async () => {
      expect((await failure(account("no-token-of-theirs"))).kind).toBe("auth");
      const token = tokenOf("tamma-bot");
      world.simulated.revoke(token);
      expect((await failure(account(token))).kind).toBe("auth");
    });

    test("a label is there once it was made, and making it again changes nothing", async () => {
      const { setup } = world.forge;
      expect(await setup.hasLabel(label.name)).toBe(false);
      await setup.putLabel(label);
      await setup.putLabel(label);
      expect(await setup.hasLabel(label.name)).toBe(true);
    });

    test("a branch is protected or not, with its approvals, and who may merge there", async () => {
      const { reading } = world.forge;
      const { branch } = await world.branch();
      expect(await reading.branchRules("no-such-branch")).toBeNull();
      expect(await reading.branchRules(branch)).toEqual({ protected: false, approvals: 0, mayMerge: true });
      await world.simulated.people.protect(name, branch, { checks: ["test"], approvals: 2 });
      expect(await reading.branchRules(branch)).toEqual({ protected: true, approvals: 2, mayMerge: true });
    });

    test("webhooks are listed to administrators, and refused to those who only write", async () => {
      const url = "https://tamma.example.test/webhooks/x/work";
      const made = await world.forge.setup.putWebhook({ url, secret: "s-0123456789" });
      expect(await world.forge.setup.webhooks()).toEqual([made]);
      world.simulated.people.allow(name, "writer", "write");
      const writer = await world.as(tokenOf("writer"));
      expect(["forbidden", "not-found"]).toContain((await failure(writer.setup.webhooks())).kind);
      expect((await writer.reading.repository()).permission).toBe("write");
      world.simulated.people.archive(name);
      expect((await world.forge.reading.repository()).archived).toBe(true);
      world.simulated.people.archive(name, false);
      await world.forge.setup.removeWebhook(made.id);
    });
  });
}
