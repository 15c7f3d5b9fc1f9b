import { githubRepository } from "@tamma/core/platforms/github/index.ts";
import type { PlatformRepository } from "@tamma/core/ports/platform-repository.ts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type SimulatedForge, startForge } from "../forge/index.ts";

/** One pull request from its issue to its merge, on the simulated GitHub with real git behind it. */

const name = "acme/shop";
const ann = { in: name, by: "ann" };
let simulated: SimulatedForge;
let forge: PlatformRepository;
let commit: string;
beforeAll(async () => {
  simulated = await startForge({ dialect: "github" });
  const on = "on:\n  workflow_dispatch:\n    inputs:\n      job:\n        type: string\n";
  const workflow = `name: Tamma\nrun-name: Job ${"$"}{{ inputs.job }}\n${on}jobs:\n  work:\n    runs-on: x\n`;
  await simulated.addRepository({
    ...{ name, collaborators: { ann: "admin", "tamma-bot": "admin", bob: "write" } },
    files: { "a.ts": "one\ntwo\nthree\n", ".github/workflows/tamma.yml": workflow },
  });
  forge = await githubRepository({
    ...{ baseUrl: simulated.apiUrl, repository: name, fetch, now: Date.now, pause: async () => {} },
    access: { token: simulated.addToken({ user: "tamma-bot", scopes: ["repo", "workflow"] }) },
  });
  commit = await simulated.people.push(ann, "tamma/1", { files: { "a.ts": "one\n2\nthree\n" } });
});
afterAll(async () => {
  expect(simulated.violations).toEqual([]);
  await simulated[Symbol.asyncDispose]();
});

test("an issue is read with its comments, and its sticky comment is one", async () => {
  simulated.people.openIssue(ann, { title: "Rounding", labels: ["tamma"] });
  simulated.people.comment({ in: name, by: "eve" }, 1, "me too");
  const issue = await forge.reading.issue(1);
  expect(issue).toMatchObject({
    ...{ title: "Rounding", author: "ann", mayWrite: true, labels: ["tamma"] },
    comments: [{ author: "eve", mayWrite: false }],
  });
  const ref = { id: issue?.id ?? "", number: 1 };
  for (const text of ["first", "second"]) await forge.issues.upsertComment(ref, "loop:1", text);
  const comments = await forge.reading.comments(1, null);
  expect(comments.map(({ key }) => key)).toEqual([null, "loop:1"]);
  expect(comments[1]?.body).toContain("second");
  await forge.issues.addLabels(ref, ["tamma:working"]);
  await forge.issues.removeLabels(ref, ["tamma:working", "never there"]);
  expect(await forge.reading.issuesWith("tamma")).toEqual([{ number: 1, title: "Rounding" }]);
});

test("a file goes to a branch of its own", async () => {
  const path = ".github/tamma.yml";
  const change = { branch: "tamma/setup", from: "main", path, text: "a: é\n", message: "Add it" };
  await forge.setup.putFileOnBranch(change);
  await forge.setup.putFileOnBranch({ ...change, text: "other" });
  expect(await forge.reading.file(path, "tamma/setup")).toBe("a: é\n");
  expect(await forge.reading.file(path, "main")).toBeNull();
  expect(await forge.reading.compare("main", "tamma/setup")).toEqual({ ahead: 1, behind: 0 });
});

test("a pull request goes from draft to merged, with review, checks and thread", async () => {
  const request = { branch: "tamma/1", base: "main", title: "Round", body: "text", draft: true };
  const pull = await forge.codeHost.openPullRequest(request);
  expect(await forge.codeHost.openPullRequest(request)).toEqual(pull);
  await forge.codeHost.setDraft(pull, false);
  expect(await forge.reading.pullRequest(pull.number)).toMatchObject({ draft: false, head: commit });

  const finding = {
    path: "a.ts",
    line: 2,
    severity: "note",
    title: "t",
    detail: "d",
    suggestion: "",
  } as const;
  const findings = [finding, { ...finding, line: 40 }];
  const review = { key: `loop:${commit}`, sha: commit, summary: "Fine.", findings };
  await forge.codeHost.submitReview(pull, review);
  await forge.codeHost.submitReview(pull, review);
  expect(await forge.reading.reviews(pull.number)).toMatchObject([{ key: review.key, sha: commit }]);
  const [thread] = await forge.reading.threads(pull.number);
  expect(thread).toMatchObject({ path: "a.ts", line: 2, resolved: false });
  for (const _ of [1, 2]) await forge.codeHost.replyToThread(pull, thread?.id ?? "", "r1", "Done.");
  await forge.codeHost.resolveThread(pull, thread?.id ?? "");
  expect(await forge.reading.threads(pull.number)).toMatchObject([
    { resolved: true, comments: [{ key: null }, { key: "r1" }] },
  ]);

  await simulated.people.protect(name, "main", { checks: ["build"] });
  simulated.people.reportCheck(ann, { sha: commit, name: "build", conclusion: "success" });
  await forge.ci.reportStatus(commit, "tamma", { state: "passed", words: "", url: null });
  expect(await forge.ci.requiredChecks("main")).toEqual(["build"]);
  expect(await forge.ci.checks(commit)).toMatchObject([
    { name: "build", state: "passed", required: true },
    { name: "tamma", state: "passed", required: false },
  ]);
  expect(await forge.codeHost.requestReviewers(pull, ["bob", "nobody-here"])).toEqual({
    refused: ["nobody-here"],
  });

  const base = (await forge.reading.headOf("main")) ?? "";
  const words = { title: "Round", message: "why" };
  const how = { method: "squash", head: commit, base, queued: false, ...words } as const;
  const wrong = await forge.codeHost.merge(pull, { ...how, head: "0".repeat(40) });
  expect(wrong).toEqual({ state: "refused", refusal: { why: "head-moved", head: commit } });
  const merged = await forge.codeHost.merge(pull, how);
  expect(merged).toEqual({ state: "merged", sha: await forge.reading.headOf("main") });
  expect(await forge.codeHost.merge(pull, how)).toEqual(merged);
  for (const _ of [1, 2]) await forge.codeHost.deleteBranch("tamma/1", commit);
  expect(await forge.reading.headOf("tamma/1")).toBeNull();
});

test("a webhook is put once, a label too, and a workflow is started", async () => {
  const webhook = { url: `${simulated.url}/nowhere`, secret: "s3cret-0123456789" };
  const first = await forge.setup.putWebhook(webhook);
  expect(await forge.setup.putWebhook(webhook)).toEqual(first);
  await forge.setup.removeWebhook(first.id);
  await forge.setup.removeWebhook(first.id);
  expect(await forge.setup.webhooks()).toEqual([]);
  const label = { name: "tamma", colour: "5319e7", description: "" };
  await forge.setup.putLabel(label);
  const run = await forge.runs.dispatch({
    ...{ workflow: "tamma.yml", ref: "main", inputs: { job: "j1" }, correlation: "j1" },
  });
  expect(run).toMatchObject({ branch: "main", sha: await forge.reading.headOf("main") });
  expect(await forge.runs.run(run?.id ?? "")).toMatchObject({ id: run?.id });
});

test("an App does the same under its own account", async () => {
  const app = await simulated.addApp({
    ...{ slug: "tamma", installedOn: [name] },
    permissions: { contents: "write", issues: "write", pull_requests: "write", pages: "read" },
  });
  const access = { appId: String(app.id), privateKey: app.privateKey };
  const options = { baseUrl: simulated.apiUrl, repository: name, access, fetch, now: Date.now };
  const asApp = await githubRepository({ ...options, pause: async () => {} });
  expect(await asApp.reading.me()).toMatchObject({ login: "tamma[bot]", bot: true });
  for (const text of ["first", "second"]) await asApp.issues.upsertComment({ number: 1 }, "app", text);
  const comments = await asApp.reading.comments(1, null);
  expect(comments.filter(({ key }) => key === "app")).toHaveLength(1);
  for (const _ of [1, 2]) {
    const wish = { key: "part:1", title: "Part", body: "text", labels: [] };
    expect(await asApp.issues.createIssue(wish)).toBe(3);
  }
});
