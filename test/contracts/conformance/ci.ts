import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ann, type Dialect, failure, name, openWorld, type World } from "./world.ts";

/** Verdicts, runs, set-up, and what a repository says of itself, on one platform. */
export function ciContract(dialect: Dialect): void {
  describe(`${dialect}: verdicts and set-up`, () => {
    let world: World;
    beforeAll(async () => {
      world = await openWorld(dialect);
      // Before the first look: adapters remember for a minute what a branch requires.
      await world.simulated.people.protect(name, "main", { checks: ["build", "never started"] });
    });
    afterAll(() => world[Symbol.asyncDispose]());

    test("a repository says what it is and what may be done there", async () => {
      expect(await world.forge.reading.repository()).toMatchObject({
        ...{ name, defaultBranch: "main", empty: false, archived: false, permission: "admin" },
        mergeMethods: expect.arrayContaining(["merge", "squash", "rebase"]),
        cloneUrl: expect.stringContaining(`/${name}.git`),
      });
      expect(await world.forge.reading.me()).toMatchObject({ login: "tamma-bot" });
      expect(world.forge.capabilities.platform).toBe(dialect);
    });

    test("a file, a branch and a distance are read; what is not there is null", async () => {
      const { branch, head } = await world.branch();
      const { reading } = world.forge;
      expect(await reading.file("README.md", "main")).toBe("# Shop\n");
      expect(await reading.file("README.md", head)).toBe("# Shop\n");
      expect(await reading.file("missing.md", "main")).toBeNull();
      expect([await reading.headOf(branch), await reading.headOf("missing")]).toEqual([head, null]);
      expect(await reading.compare("main", branch)).toEqual({ ahead: 1, behind: 0 });
    });

    test("a commit that nobody judged has no verdict", async () => {
      const { head } = await world.branch();
      expect(await world.forge.ci.checks(head)).toEqual([]);
    });

    test("Tamma's own verdict is reported, and replaced by a later one", async () => {
      const { head } = await world.branch();
      for (const state of ["pending", "failed", "passed"] as const)
        await world.forge.ci.reportStatus(head, "tamma", {
          ...{ state, words: "is at work ".repeat(40), url: "https://tamma.example.test/app" },
        });
      expect(await world.forge.ci.checks(head)).toEqual([
        { name: "tamma", state: "passed", required: false, url: "https://tamma.example.test/app" },
      ]);
    });

    test("verdicts of others are read, each name once, and which of them are required", async () => {
      const { branch, head } = await world.branch();
      for (const state of ["pending", "failure", "success"] as const)
        world.simulated.people.reportStatus(ann, { sha: head, context: "build", state });
      world.simulated.people.reportStatus(ann, { sha: head, context: "lint", state: "error" });
      const checks = await world.forge.ci.checks(head);
      expect(checks.map(({ name: of, state, required }) => [of, state, required]).sort()).toEqual([
        ["build", "passed", true],
        ["lint", "failed", false],
      ]);
      expect(await world.forge.ci.unreported(checks)).toEqual(["never started"]);
      expect((await world.forge.ci.requiredChecks("main"))?.sort()).toEqual(["build", "never started"]);
      expect(await world.forge.ci.requiredChecks(branch)).toEqual([]);
    });

    test("a workflow is started with its inputs and found again, its jobs and its log read", async () => {
      const { runs, capabilities } = world.forge;
      const order = {
        ...{ workflow: "tamma.yml", ref: "main", inputs: { correlation: "j-1" }, correlation: "j-1" },
      };
      if (capabilities.dispatch === "none") {
        expect((await failure(runs.dispatch(order))).kind).toBe("unsupported");
        return;
      }
      world.simulated.whenDispatched(() => ({ conclusion: "failure", log: "one\ntwo\nthe end\n" }));
      const run = await runs.dispatch(order);
      expect(run).toMatchObject({ branch: "main", sha: await world.forge.reading.headOf("main") });
      const id = run?.id ?? "";
      await expect.poll(async () => (await runs.run(id))?.state, { timeout: 5_000 }).toBe("failed");
      expect((await runs.runsFor(run?.sha ?? "")).map((each) => each.id)).toContain(id);
      const [job] = await runs.jobs(id);
      expect(job?.state).toBe("failed");
      expect(await runs.log(job?.id ?? "", 8)).toBe("the end\n");
      expect(await runs.run("999999999")).toBeNull();
    });

    test("a webhook is made once, changed, listed and removed", async () => {
      const { setup } = world.forge;
      const webhook = { url: `${world.simulated.url}/nowhere`, secret: "s3cret-0123456789" };
      const first = await setup.putWebhook(webhook);
      const second = await setup.putWebhook({ ...webhook, secret: "another-0123456789" });
      expect(first).toMatchObject({ url: webhook.url, active: true });
      // Gitea keeps a webhook's secret, so another secret makes another webhook.
      expect(await setup.webhooks()).toEqual([second]);
      for (const _ of ["once", "again"]) await setup.removeWebhook(second.id);
      expect(await setup.webhooks()).toEqual([]);
    });

    test("lost deliveries are asked for, or the platform is said not to tell", async () => {
      const { setup, capabilities } = world.forge;
      const { id } = await setup.putWebhook({ url: `${world.simulated.url}/nowhere`, secret: "s3cret" });
      world.simulated.people.openIssue(ann, { title: "Unheard" });
      await world.simulated.webhooks.settled();
      if (capabilities.redeliver)
        expect((await setup.lostDeliveries(id, 0)).map(({ event }) => event)).toContain("issues");
      else expect((await failure(setup.lostDeliveries(id, 0))).kind).toBe("unsupported");
      await setup.removeWebhook(id);
    });

    test("a label is made once, a file goes to a branch of its own", async () => {
      const { setup, reading } = world.forge;
      for (const _ of ["once", "again"])
        await setup.putLabel({ name: "tamma", colour: "5319e7", description: "Given to Tamma" });
      const labels = [...world.simulated.repository(name).labels.values()].filter(
        (each) => each.name === "tamma",
      );
      expect(labels).toHaveLength(1);
      const change = { branch: "tamma/setup", from: "main", path: "docs/x.md", text: "é\n", message: "Add" };
      await setup.putFileOnBranch(change);
      await setup.putFileOnBranch({ ...change, text: "other" });
      expect(await reading.file("docs/x.md", "tamma/setup")).toBe("é\n");
      expect(await reading.file("docs/x.md", "main")).toBeNull();
    });
  });
}
