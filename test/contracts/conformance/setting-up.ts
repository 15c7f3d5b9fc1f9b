import { connectAccount } from "@tamma/core/platforms/connect.ts";
import { expect } from "vitest";
import { failure, part } from "./cases.ts";
import { branchOf, type Ground, host, scopes, type World } from "./world.ts";

const label = { colour: "5319e7", description: "Given to Tamma" };

/** Whose a credential is, and what setting up a repository looks at, on one platform. */
export function settingUpContract(ground: Ground): void {
  part(ground, "setting up", (caseOf) => {
    /** The account of a token; first the look with which every set-up begins. */
    const account = async (world: World, token?: string) => {
      await world.forge.setup.webhooks();
      const { access } = world;
      if (access === null) return expect.fail("a platform that is set up has an access");
      return connectAccount(
        token === undefined ? access : { ...access, credential: { kind: "token", token } },
        host,
      );
    };

    caseOf(
      "a token says whose it is, on which version, and what is needed of it",
      { asks: "setup" },
      async (world) => {
        const { login, version, rights } = await account(world);
        expect(login).toBe(world.bot);
        // GitHub's own has no version.
        if (version !== null) expect(version).toMatch(/^\d+\.\d+/);
        expect(rights.filter(({ needed }) => needed).map(({ name }) => name)).not.toEqual([]);
        // What is told is told right; what is not told is not made up.
        expect(rights.filter(({ needed, granted }) => needed && granted === false)).toEqual([]);
      },
    );

    caseOf("a token that opens nothing is refused as such", { asks: "setup" }, async (world) => {
      await world.forge.setup.webhooks();
      expect((await failure(account(world, "no-token-of-theirs"))).kind).toBe("auth");
    });

    caseOf(
      "a token that was revoked is refused as such",
      { asks: "setup", needs: ["tokens"] },
      async (world) => {
        await account(world);
        const simulated = world.simulated ?? expect.fail("tokens are made on a simulated platform");
        if (ground.platform === "plain-git") return expect.fail("there are no tokens of plain Git");
        const token = simulated.addToken({ user: world.bot, scopes: scopes[ground.platform] });
        simulated.revoke(token);
        expect((await failure(account(world, token))).kind).toBe("auth");
      },
    );

    caseOf(
      "a label is there once it was made, and making it again changes nothing",
      { asks: "setup" },
      async (world) => {
        const { setup } = world.forge;
        const given = { ...label, name: `given-${Date.now()}` };
        expect(await setup.hasLabel(given.name)).toBe(false);
        await setup.putLabel(given);
        await setup.putLabel(given);
        expect(await setup.hasLabel(given.name)).toBe(true);
        expect(await world.looks.labelsNamed(given.name)).toBe(1);
      },
    );

    caseOf(
      "a branch is protected or not, with its approvals, and who may merge there",
      { asks: "contents", needs: ["protection"] },
      async (world) => {
        const { reading } = world.forge;
        const { branch } = await branchOf(world);
        expect(await reading.branchRules("no-such-branch")).toBeNull();
        const open = { protected: false, approvals: 0, mayMerge: true };
        expect(await reading.branchRules(branch)).toEqual(open);
        await world.rules.protect(branch, { checks: ["test"], approvals: 2 });
        expect(await reading.branchRules(branch)).toEqual({ ...open, protected: true, approvals: 2 });
      },
    );

    caseOf(
      "webhooks are listed to administrators, and refused to those who only write",
      { asks: "setup", needs: ["bob"] },
      async (world) => {
        const url = `${world.nowhere}/work`;
        const made = await world.forge.setup.putWebhook({ url, secret: "s-0123456789" });
        expect(await world.forge.setup.webhooks()).toEqual([made]);
        const writer = await world.as("bob");
        expect(["forbidden", "not-found"]).toContain((await failure(writer.setup.webhooks())).kind);
        expect((await writer.reading.repository()).permission).toBe("write");
        await world.forge.setup.removeWebhook(made.id);
      },
    );

    caseOf("a repository that was archived says so", { asks: "contents" }, async (world) => {
      expect((await world.forge.reading.repository()).archived).toBe(false);
      await world.rules.archive(true);
      expect((await world.forge.reading.repository()).archived).toBe(true);
      await world.rules.archive(false);
    });
  });
}
