import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { shaped } from "@tamma/core/platforms/github/answers.ts";
import * as shapes from "@tamma/core/platforms/github/shapes.ts";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import * as wire from "./github-wire.ts";
import { failing, notFound, ok } from "./github-wire.ts";
import type { Reply } from "./wire-server.ts";

/** Answers that GitHub really gave (`@octokit/fixtures`), read as the adapter reads them. */
const folder = join(
  import.meta.dirname,
  "../../../shared/contracts/github/recorded-scenarios/api.github.com",
);

interface Recorded {
  method: string;
  path: string;
  status: number;
  response: unknown;
  rawHeaders: string[];
}

function recorded(scenario: string, method: string, path: RegExp): Recorded {
  const file = join(folder, scenario, "raw-fixture.json");
  const all = JSON.parse(readFileSync(file, "utf8")) as Recorded[];
  const found = all.find((one) => one.method === method && path.test(one.path));
  if (!found) throw new Error(`${scenario} has no ${method} ${path}`);
  return found;
}

function replayed({ status, response, rawHeaders }: Recorded): Reply {
  const kept = ["content-type", "location", "x-github-request-id"];
  const pairs = rawHeaders.flatMap((name, n) =>
    n % 2 === 0 && kept.includes(name.toLowerCase()) ? [[name, rawHeaders[n + 1] ?? ""]] : [],
  );
  return { status, headers: Object.fromEntries(pairs), body: JSON.stringify(response), ending: "end" };
}

// Skipped without ../shared/contracts.
describe.skipIf(!existsSync(folder))("answers that GitHub gave", () => {
  let github: wire.Rig;
  beforeEach(async () => {
    github = await wire.startGithub();
  });
  afterEach(() => github[Symbol.asyncDispose]());

  test("a repository is read", async () => {
    const reference = ok({ object: { sha: wire.sha("a"), type: "commit" } });
    github.replyWith(replayed(recorded("get-repository", "get", /hello-world$/)), reference);
    expect(await github.forge.reading.repository()).toMatchObject({
      ...{ name: "octokit-fixture-org/hello-world", archived: false, empty: false },
      cloneUrl: "https://github.com/octokit-fixture-org/hello-world.git",
    });
  });

  test("a folder is no file", async () => {
    github.replyWith(replayed(recorded("get-content", "get", /contents\/$/)));
    expect(await github.forge.reading.file("src", "main")).toBeNull();
  });

  test("issues of a page are read", async () => {
    github.replyWith(replayed(recorded("paginate-issues", "get", /per_page=3&page=5$/)));
    const found = await github.forge.reading.issuesWith("tamma");
    expect(found).toEqual([expect.objectContaining({ number: 1 })]);
  });

  test("an issue that was opened is read", async () => {
    const opened = replayed(recorded("add-labels-to-issue", "post", /\/issues$/));
    github.replyWith(ok(wire.bot), ok([]), opened);
    const wish = { key: "k", title: "t", body: "b", labels: [] };
    expect(await github.forge.issues.createIssue(wish)).toBe(1);
  });

  test("statuses of a commit are read, each context once", async () => {
    const statuses = replayed(recorded("create-status", "get", /\/status$/));
    github.replyWith(ok({ total_count: 0, check_runs: [] }), statuses, notFound, notFound);
    expect(await github.forge.ci.checks(wire.sha("a"))).toEqual([
      { name: "example/1", state: "failed", required: false, url: "https://example.com" },
      { name: "example/2", state: "passed", required: false, url: "https://example.com" },
    ]);
  });

  test("a label that cannot be made is an error with the field that is wrong", async () => {
    github.replyWith(ok([]), replayed(recorded("errors", "post", /labels$/)));
    const error = await failing(github.forge.setup.putLabel({ name: "x", colour: "red", description: "" }));
    expect(error.kind).toBe("validation");
    expect(error.message).toContain('"field":"color"');
  });

  test("a repository that was renamed says where it is now", async () => {
    github.replyWith(replayed(recorded("rename-repository", "get", /ukeod$/)));
    const error = await failing(github.forge.reading.repository());
    expect(error.message).toContain("https://api.github.com/repositories/515436299");
  });

  test("a reference has the shape that is read", () => {
    const made = recorded("git-refs", "post", /refs$/).response;
    expect(shaped("test", shapes.reference, made).object.type).toBe("commit");
  });
});
