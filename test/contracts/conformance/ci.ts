import { expect } from "vitest";
import { has, part } from "./cases.ts";
import { branchOf, type Ground, type World } from "./world.ts";

/** Verdicts, runs, set-up, and what a repository says of itself, on one platform. */
export function ciContract(ground: Ground): void {
  verdictsContract(ground);
  runsContract(ground);
  part(ground, "webhooks and files", (caseOf) => {
    caseOf("a webhook is made once, changed, listed and removed", { asks: "setup" }, async (world) => {
      const { setup } = world.forge;
      const webhook = { url: world.nowhere, secret: "s3cret-0123456789" };
      const first = await setup.putWebhook(webhook);
      const second = await setup.putWebhook({ ...webhook, secret: "another-0123456789" });
      expect(first).toMatchObject({ url: webhook.url, active: true });
      // Gitea keeps a webhook's secret, so another secret makes another webhook.
      expect(await setup.webhooks()).toEqual([second]);
      for (const _ of ["once", "again"]) await setup.removeWebhook(second.id);
      expect(await setup.webhooks()).toEqual([]);
    });

    caseOf("deliveries that were lost are asked for", { asks: "redeliver" }, async (world) => {
      const { setup, capabilities } = world.forge;
      const secret = "s3cret-0123456789";
      const { id } = has(capabilities, "setup")
        ? await setup.putWebhook({ url: world.nowhere, secret })
        : { id: "1" };
      try {
        // Whoever does not tell says so at once.
        await setup.lostDeliveries(id, 0);
        await world.people.ann.openIssue({ title: "Unheard" });
        await expect
          .poll(async () => (await setup.lostDeliveries(id, 0)).map(({ event }) => event), {
            timeout: world.patienceMs,
          })
          .toContain("issues");
      } finally {
        if (has(capabilities, "setup")) await setup.removeWebhook(id);
      }
    });

    caseOf("a label is made once, a file goes to a branch of its own", { asks: "setup" }, async (world) => {
      const { setup, reading } = world.forge;
      for (const _ of ["once", "again"])
        await setup.putLabel({ name: "tamma", colour: "5319e7", description: "Given to Tamma" });
      expect(await world.looks.labelsNamed("tamma")).toBe(1);
      const branch = `tamma/setup-${Date.now()}`;
      const change = { branch, from: world.main, path: "docs/x.md", text: "é\n", message: "Add" };
      await setup.putFileOnBranch(change);
      await setup.putFileOnBranch({ ...change, text: "other" });
      expect(await reading.file("docs/x.md", branch)).toBe("é\n");
      expect(await reading.file("docs/x.md", world.main)).toBeNull();
    });
  });
}

function verdictsContract(ground: Ground): void {
  part(ground, "verdicts", (caseOf) => {
    caseOf("a repository says what it is and what may be done there", { asks: "contents" }, async (world) => {
      expect(await world.forge.reading.repository()).toMatchObject({
        ...{ name: world.name, defaultBranch: world.main, empty: false, archived: false },
        permission: "admin",
        mergeMethods: expect.arrayContaining([...world.forge.capabilities.mergeMethods]),
        cloneUrl: expect.stringContaining(`/${world.name}.git`),
      });
      expect(await world.forge.reading.me()).toMatchObject({ login: world.bot });
      expect(world.forge.capabilities.platform).toBe(ground.platform);
    });

    caseOf(
      "a file, a branch and a distance are read; what is not there is null",
      { asks: "contents" },
      async (world) => {
        const { branch, head } = await branchOf(world);
        const { reading } = world.forge;
        expect(await reading.file("README.md", world.main)).toBe("# Shop\n");
        expect(await reading.file("README.md", head)).toBe("# Shop\n");
        expect(await reading.file("missing.md", world.main)).toBeNull();
        expect([await reading.headOf(branch), await reading.headOf("missing")]).toEqual([head, null]);
        expect(await reading.compare(world.main, branch)).toEqual({ ahead: 1, behind: 0 });
      },
    );

    caseOf("a commit that nobody judged has no verdict", {}, async (world) => {
      const { head } = await branchOf(world);
      expect(await world.forge.ci.checks(head)).toEqual([]);
    });

    caseOf(
      "Tamma's own verdict is reported, and replaced by a later one",
      { shows: ["verdicts"] },
      async (world) => {
        const { head } = await branchOf(world);
        const url = "https://tamma.example.test/app";
        for (const state of ["pending", "failed", "passed"] as const)
          await world.forge.ci.reportStatus(head, "tamma", { state, words: "is at work ".repeat(40), url });
        // Without rules of branches the only verdicts are Tamma's own, and all of them count.
        const required = !has(world.forge.capabilities, "requiredChecks");
        expect(await world.forge.ci.checks(head)).toEqual([
          { name: "tamma", state: "passed", required, url },
        ]);
      },
    );

    caseOf(
      "verdicts of others are read, each name once, and which of them are required",
      { shows: ["requiredChecks", "verdicts"], needs: ["protection"] },
      async (world) => {
        const { ci, capabilities } = world.forge;
        if (!has(capabilities, "requiredChecks")) {
          const { head } = await branchOf(world);
          await world.people.ann.reportStatus({ sha: head, context: "build", state: "success" });
          expect(await ci.checks(head)).toMatchObject([{ name: "build", state: "passed" }]);
          expect([await ci.requiredChecks(world.main), await ci.unreported([])]).toEqual([null, []]);
          return;
        }
        const { branch, head } = await branchOf(world);
        await world.rules.protect(world.main, { checks: ["build", "never started"] });
        for (const state of ["pending", "failure", "success"] as const)
          await world.people.ann.reportStatus({ sha: head, context: "build", state });
        await world.people.ann.reportStatus({ sha: head, context: "lint", state: "error" });
        // What a branch requires is remembered for a minute: this view has never looked before.
        const fresh = await world.as("ann");
        const checks = await fresh.ci.checks(head);
        expect(checks.map(({ name: of, state, required }) => [of, state, required]).sort()).toEqual([
          ["build", "passed", true],
          ["lint", "failed", false],
        ]);
        expect(await fresh.ci.unreported(checks)).toEqual(["never started"]);
        expect((await fresh.ci.requiredChecks(world.main))?.sort()).toEqual(["build", "never started"]);
        expect(await fresh.ci.requiredChecks(branch)).toEqual([]);
      },
    );
  });
}

function runsContract(ground: Ground): void {
  part(ground, "runs of its CI", (caseOf) => {
    const order = (world: World) => ({
      ...{ workflow: "tamma.yml", ref: world.main, inputs: { correlation: "j-1" }, correlation: "j-1" },
    });
    /** The id of a run that has failed. */
    const failed = async (world: World) => {
      world.simulated?.whenDispatched(() => ({ conclusion: "failure", log: "one\ntwo\nthe end\n" }));
      const { runs } = world.forge;
      const run = await runs.dispatch(order(world));
      const id = run?.id ?? "";
      await expect
        .poll(async () => (await runs.run(id))?.state, { timeout: world.patienceMs })
        .toBe("failed");
      return { id, run };
    };

    caseOf(
      "a workflow is started with its inputs and found again",
      { asks: "dispatch", needs: ["ci-runner"] },
      async (world) => {
        const { runs, reading } = world.forge;
        const { id, run } = await failed(world);
        expect(run).toMatchObject({ branch: world.main, sha: await reading.headOf(world.main) });
        expect((await runs.runsFor(run?.sha ?? "")).map((each) => each.id)).toContain(id);
        expect(await runs.run("999999999")).toBeNull();
      },
    );

    caseOf("the end of a job's log is read", { asks: "logs", needs: ["ci-runner"] }, async (world) => {
      const { runs, capabilities } = world.forge;
      const id = has(capabilities, "dispatch") ? (await failed(world)).id : null;
      const [job] = id === null ? [{ id: "1", state: "failed" }] : await runs.jobs(id);
      expect(job?.state).toBe("failed");
      expect(await runs.log(job?.id ?? "", 8)).toBe("the end\n");
    });

    caseOf("jobs that failed run again", { asks: "rerunFailed", needs: ["ci-runner"] }, async (world) => {
      const { runs, capabilities } = world.forge;
      const id = has(capabilities, "dispatch") ? (await failed(world)).id : "1";
      await runs.rerunFailed(id);
      expect(["waiting", "running"]).toContain((await runs.run(id))?.state);
    });

    caseOf(
      "a run is cancelled, and one that is over stays as it is",
      { asks: "cancelRun", needs: ["ci-runner"] },
      async (world) => {
        const { runs, capabilities } = world.forge;
        const over = has(capabilities, "dispatch") ? (await failed(world)).id : "1";
        await runs.cancel(over);
        expect((await runs.run(over))?.state).toBe("failed");
        await runs.rerunFailed(over);
        await runs.cancel(over);
        await expect
          .poll(async () => (await runs.run(over))?.state, { timeout: world.patienceMs })
          .toBe("cancelled");
      },
    );
  });
}
