import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { printed, projectNode, root, type Started, startProcess } from "../../journey/processes.ts";
import { apiOf } from "./real-api.ts";
import type { Dialect } from "./world.ts";

/** The suite on a "real" server as a stranger would run it: a server elsewhere, its address and tokens. */

interface Blank {
  url: string;
  token: string;
  writer: string;
  stranger: string;
  repository?: string;
}
interface Outcome {
  exit: number;
  passed: string[];
  failed: string[];
  skipped: string[];
}

const suiteMs = 300_000;

const folder = mkdtempSync(join(tmpdir(), "suite-by-environment-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** One run of the file for this platform in a process of its own, with nothing of this run around it. */
async function suite(platform: Dialect, variables: Record<string, string>): Promise<Outcome> {
  const report = join(folder, `${platform}.json`);
  const args = ["run", "--project", "contracts", "--reporter=json", `--outputFile=${report}`];
  const file = `test/contracts/conformance/real-${platform}.test.ts`;
  const env = { PATH: process.env.PATH, HOME: folder, ...variables };
  const exit = await new Promise<number>((resolve) => {
    const all = [join(root, "node_modules/vitest/vitest.mjs"), ...args, file];
    const child = execFile(projectNode, all, { cwd: root, env }, () => resolve(child.exitCode ?? 1));
  });
  type Result = { fullName: string; status: string };
  const { testResults } = JSON.parse(readFileSync(report, "utf8")) as {
    testResults: { assertionResults: Result[] }[];
  };
  const of = (...states: string[]) =>
    testResults.flatMap(({ assertionResults }) =>
      assertionResults.filter(({ status }) => states.includes(status)).map(({ fullName }) => fullName),
    );
  return { exit, passed: of("passed"), failed: of("failed"), skipped: of("skipped", "pending") };
}

describe.each(["gitea", "github"] as const)("%s by the environment", (platform) => {
  let server: Started;
  let blank: Blank;
  beforeAll(async () => {
    server = startProcess(["test/forge/main.ts", "--platform", platform, "--blank", "--with-parent"]);
    blank = JSON.parse((await printed(server, /^\{.*\}$/m))[0] ?? "") as Blank;
  });
  afterAll(() => server.stop());

  const named = (name: string) => `TAMMA_E2E_${platform.toUpperCase()}_${name}`;
  const one = () => ({
    [named("URL")]: blank.url,
    [named("TOKEN")]: blank.token,
    ...(blank.repository === undefined ? {} : { [named("REPOSITORY")]: blank.repository }),
  });

  test(
    "with an address and a token most of it runs; what is skipped says what it needs",
    async () => {
      const { exit, passed, failed, skipped } = await suite(platform, one());
      expect([exit, failed]).toEqual([0, []]);
      expect(passed.length).toBeGreaterThanOrEqual(40);
      for (const title of skipped) expect(title).toMatch(/\(skipped: .+\)$/);
      const people = skipped.filter((title) => /_(WRITER|STRANGER)_TOKEN names nobody/.test(title));
      expect(people.length).toBeGreaterThan(3);
    },
    suiteMs,
  );

  test(
    "with a second and a third account only what needs a simulator is skipped",
    async () => {
      const others = {
        [named("WRITER_TOKEN")]: blank.writer,
        [named("STRANGER_TOKEN")]: blank.stranger,
      };
      const { exit, passed, failed, skipped } = await suite(platform, { ...one(), ...others });
      expect([exit, failed]).toEqual([0, []]);
      expect(passed.length).toBeGreaterThanOrEqual(50);
      const reasons = /only a simulated platform|ends a run of its CI|accept a right|writes hundreds/;
      for (const title of skipped) expect(title).toMatch(reasons);
    },
    suiteMs,
  );

  test("afterwards the server is as it was", async () => {
    const owner = apiOf(platform, blank.url, blank.token);
    if (blank.repository === undefined) {
      for (const token of [blank.token, blank.stranger])
        expect(await apiOf(platform, blank.url, token).list("/user/repos")).toEqual([]);
      return;
    }
    const repository = `/repos/${blank.repository}`;
    expect(await owner.list(`${repository}/issues?state=open`)).toEqual([]);
    expect((await owner.list(`${repository}/branches`)).map(({ name }) => name)).toEqual(["main"]);
    expect(await owner.find(`${repository}/branches/main/protection`)).toBeNull();
    expect(await owner.list(`${repository}/hooks`)).toEqual([]);
  });

  test("nothing was asked that the platform does not document", async () => {
    await server.stop();
    await expect.poll(() => server.output()).toMatch(/violations: 0$/m);
  });
});

test.each(["gitea", "github"] as const)(
  "%s without its variables is one skip that names them",
  async (platform) => {
    const { exit, passed, failed, skipped } = await suite(platform, {});
    expect([exit, passed, failed]).toEqual([0, [], []]);
    expect(skipped).toHaveLength(1);
    expect(skipped[0]).toContain(`set TAMMA_E2E_${platform.toUpperCase()}_`);
  },
  suiteMs,
);
