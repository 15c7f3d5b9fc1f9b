import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { calcScript, title } from "./calc.ts";
import { startFrontProxy } from "./front-proxy.ts";
import { ann, openPlatformStage } from "./platform-stage.ts";
import { root, startProcess } from "./processes.ts";

const workflow = readFileSync(join(root, "runner/ci-templates/gitea.yml"), "utf8");

/** Every run that Tamma starts is a real `tamma-runner ci`, with what the workflow would hand it. */
test("gitea: runs of the CI reach the server through its proxy, and bring a loop to its merge", async () => {
  await using proxy = await startFrontProxy();
  await using platform = await openPlatformStage("gitea", {
    script: calcScript(),
    env: { TAMMA_ORIGIN: proxy.origin },
    beforeServer: async (url) => {
      proxy.leadTo(url);
      return url;
    },
    files: { ".tamma.yml": "runner: ci\n", ".gitea/workflows/tamma.yml": workflow },
  });
  const { stage, forge } = platform;
  const { people } = forge;
  // Nobody serves: whatever is done here is done by runs.
  await stage.runner.stop();
  const runs: { loop: string | undefined; ended: Promise<number | null> }[] = [];
  forge.whenDispatched(async ({ inputs }) => {
    const { loop, token = "" } = inputs;
    const args = ["runner/main.ts", "ci", "--server", proxy.origin, "--work", join(stage.folder, "ci")];
    const run = startProcess(args, { TAMMA_RUN_TOKEN: token, CI: "true" });
    const ended = new Promise<number | null>((resolve) => run.process.once("exit", resolve));
    runs.push({ loop, ended });
    const code = await ended;
    return { conclusion: code === 0 ? "success" : "failure", log: run.output() };
  });
  const issue = people.openIssue(ann, { title, body: "We need it." });
  people.label(ann, issue.number, { add: ["tamma"] });
  const loop = await platform.loopOf(issue.number);
  const end = await stage.approveAll(loop);
  expect(end.word).toBe("merged");
  // One at a time takes as many jobs as it finds; the loop's answers decide how many runs that makes.
  expect(runs.length).toBeGreaterThan(0);
  expect(new Set(runs.map((run) => run.loop))).toEqual(new Set([loop]));
  for (const { ended } of runs) expect(await ended).toBe(0);
  // What leads people to the server has the address by which they come.
  expect(platform.said(issue.number).join()).toContain(`${proxy.origin}/app/loops/`);
  expect(proxy.paths.some((path) => path.startsWith("/runner/v1/"))).toBe(true);
});
