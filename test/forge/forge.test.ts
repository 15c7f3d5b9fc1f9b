import { createHmac } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type SimulatedForge, startForge } from "./index.ts";
import { type Ask, asker, gitIn, startReceiver, temporary } from "./testing.ts";

/** What both dialects of the simulated forge do alike, proved by plain fetch and real git. */

const name = "acme/shop";
const at = `/repos/${name}`;
const [acme, ann] = [
  { in: name, by: "acme" },
  { in: name, by: "ann" },
];

describe.each(["github", "gitea"] as const)("the forge that speaks as %s", (dialect) => {
  let forge: SimulatedForge;
  let now: number;
  let tokens: { acme: string; ann: string; guest: string };
  let ask: Ask;
  const isGithub = dialect === "github";

  beforeEach(async () => {
    now = Date.UTC(2026, 0, 5, 12);
    forge = await startForge({ dialect, now: () => now });
    await forge.addRepository({
      name,
      files: { "a.txt": "one\ntwo\nthree\n" },
      collaborators: { ann: "write" },
    });
    const [owner, member, guest] = ["acme", "ann", "guest"].map((user) => forge.addToken({ user }));
    tokens = { acme: owner ?? "", ann: member ?? "", guest: guest ?? "" };
    ask = asker(forge, tokens.acme);
  });
  afterEach(async () => {
    await forge[Symbol.asyncDispose]();
    expect(forge.violations).toEqual([]);
  });

  const change = async (branch: string, text = "one\nTWO\nthree\n") => {
    await forge.people.push(ann, branch, { files: { "a.txt": text }, message: `Work on ${branch}` });
    return forge.people.openPull(ann, { title: `Change ${branch}`, body: "Why", head: branch, base: "main" });
  };
  const merge = (number: number, sha: string | null, more: object = {}) =>
    isGithub
      ? ask(`PUT ${at}/pulls/${number}/merge`, { merge_method: "squash", ...(sha ? { sha } : {}), ...more })
      : ask(`POST ${at}/pulls/${number}/merge`, {
          do: "squash",
          ...(sha ? { head_commit_id: sha } : {}),
          ...more,
        });

  test("clones and takes pushes by real git, and notices what was pushed", async () => {
    await using folder = await temporary();
    await using receiver = await startReceiver();
    forge.webhooks.add(name, { url: receiver.url, secret: "s3cret" });
    const pull = await change("feature/x");
    const before = pull.headSha;
    await gitIn(folder.path, "clone", "-q", "-b", "feature/x", forge.cloneUrl(name, tokens.ann), "work");
    const work = join(folder.path, "work");
    await writeFile(join(work, "b.txt"), "new\n");
    await gitIn(work, "add", ".");
    await gitIn(work, "commit", "-q", "-m", "More");
    await gitIn(work, "push", "-q", "origin", "HEAD");
    const head = await gitIn(work, "rev-parse", "HEAD");
    expect((await ask(`GET ${at}/pulls/1`)).body.head?.sha).toBe(head);
    await forge.webhooks.settled();
    const told = receiver.received.map(({ headers, body }) => [
      headers.get(`x-${dialect}-event`),
      body.action ?? body.after,
    ]);
    expect(told).toEqual(
      expect.arrayContaining([
        ["push", head],
        ["pull_request", isGithub ? "synchronize" : "synchronized"],
      ]),
    );
    expect(before).not.toBe(head);
  });

  test("refuses a push by somebody who may only read, and one to a protected branch", async () => {
    await using folder = await temporary();
    await gitIn(folder.path, "clone", "-q", forge.cloneUrl(name, tokens.guest), "work");
    const work = join(folder.path, "work");
    await gitIn(work, "commit", "-q", "--allow-empty", "-m", "Nothing");
    await expect(gitIn(work, "push", "-q", "origin", "main")).rejects.toThrow("403");
    await forge.people.protect(name, "main");
    await expect(gitIn(work, "push", "-q", forge.cloneUrl(name, tokens.ann), "main")).rejects.toThrow(
      "GH006",
    );
    await gitIn(work, "push", "-q", forge.cloneUrl(name, tokens.acme), "main");
  });

  test("signs what it sends with the secret of the hook", async () => {
    await using receiver = await startReceiver();
    forge.webhooks.add(name, { url: receiver.url, secret: "s3cret" });
    forge.people.openIssue(ann, { title: "It breaks", labels: ["tamma"] });
    await forge.webhooks.settled();
    const [first] = receiver.received;
    const signature = createHmac("sha256", "s3cret")
      .update(first?.text ?? "")
      .digest("hex");
    const header = isGithub ? "x-hub-signature-256" : "x-gitea-signature";
    expect(first?.headers.get(header)).toBe(isGithub ? `sha256=${signature}` : signature);
    expect(first?.body).toMatchObject({
      ...{ action: "opened", sender: { login: "ann" }, repository: { full_name: name } },
      issue: { number: 1, title: "It breaks" },
    });
  });

  test("loses a delivery, sends one twice, and sends three the other way round", async () => {
    await using receiver = await startReceiver();
    const hook = forge.webhooks.add(name, {
      url: receiver.url,
      secret: "s",
      events: ["issues", "issue_comment"],
    });
    const { number } = forge.people.openIssue(ann, { title: "It breaks" });
    forge.webhooks.order({ what: "lose" });
    forge.people.comment(ann, number, "lost");
    forge.webhooks.order({ what: "twice" });
    forge.people.comment(ann, number, "twice");
    forge.webhooks.reverseNext(3);
    for (const text of ["a", "b", "c"]) forge.people.comment(ann, number, text);
    await forge.webhooks.settled();
    const told = receiver.received.map(({ body }) => body.comment?.body ?? "opened");
    expect(told).toEqual(["opened", "twice", "twice", "c", "b", "a"]);
    const lost = forge.webhooks.deliveries(hook)[1];
    expect(lost).toMatchObject({ statusCode: 502, redelivery: false });
    if (lost) forge.webhooks.redeliver(hook, lost);
    await forge.webhooks.settled();
    const again = receiver.received.at(-1);
    expect(again?.body.comment?.body).toBe("lost");
    expect(again?.headers.get(`x-${dialect}-delivery`) === lost?.guid).toBe(isGithub);
  });

  test("shows lists in pages with the links of the platform", async () => {
    for (const title of ["a", "b", "c", "d", "e"]) forge.people.openIssue(ann, { title });
    const size = isGithub ? "per_page" : "limit";
    const first = await ask(`GET ${at}/issues?${size}=2`);
    expect(first.body).toHaveLength(2);
    const next = /<([^>]+)>; rel="next"/.exec(first.headers.get("link") ?? "")?.[1] ?? "";
    expect(next).toContain("page=2");
    expect(first.headers.get("x-total-count")).toBe(isGithub ? null : "5");
    const second = await asker(forge, tokens.acme, "")(`GET ${next}`);
    expect([...first.body, ...second.body].map(({ title }) => title)).toEqual(["e", "d", "c", "b"]);
  });

  test("merges only the head that was named, and says where the merge is", async () => {
    const pull = await change("fix");
    await ask(`GET ${at}/pulls/1`);
    expect((await merge(1, "0".repeat(40))).status).toBe(409);
    expect((await ask(`GET ${at}/pulls/1`)).body).toMatchObject({ merged: false, mergeable: true });
    expect((await merge(1, pull.headSha)).status).toBe(200);
    const merged = (await ask(`GET ${at}/pulls/1`)).body;
    expect(merged).toMatchObject({ merged: true, state: "closed" });
    const { dir } = forge.repository(name);
    expect(await gitIn(dir, "rev-parse", "main")).toBe(merged.merge_commit_sha);
    expect(await gitIn(dir, "show", "main:a.txt")).toBe("one\nTWO\nthree");
    expect((await merge(1, pull.headSha)).status).toBe(405);
  });

  test("closes the issues that a pull request fixes when it reaches the default branch", async () => {
    const issue = forge.people.openIssue(ann, { title: "It breaks" });
    await change("fix");
    await ask(`PATCH ${at}/pulls/2`, { body: `Fixes #${issue.number}, see #9` });
    expect((await merge(2, null)).status).toBe(200);
    expect((await ask(`GET ${at}/issues/1`)).body.state).toBe("closed");
  });

  test.each(["merge", "rebase"] as const)("merges by the method %s with real git", async (method) => {
    await change("fix");
    await forge.people.push(acme, "main", { files: { "other.txt": "x\n" } });
    const done = await merge(1, null, isGithub ? { merge_method: method } : { do: method });
    expect(done.status).toBe(200);
    const { dir } = forge.repository(name);
    const parents = (await gitIn(dir, "log", "-1", "--format=%P", "main")).split(" ");
    expect(parents).toHaveLength(method === "merge" ? 2 : 1);
    expect(await gitIn(dir, "show", "main:a.txt")).toBe("one\nTWO\nthree");
  });

  test("does not merge what conflicts, what is a draft, or what a rule keeps back", async () => {
    await change("clash");
    await forge.people.push(acme, "main", { files: { "a.txt": "one\n2\nthree\n" } });
    await ask(`GET ${at}/pulls/1`);
    expect((await ask(`GET ${at}/pulls/1`)).body.mergeable).toBe(false);
    expect((await merge(1, null)).status).toBe(405);

    const draft = await change("draft", "one\n2\nthree\nfour\n");
    forge.people.setDraft(ann, draft.issue.number, true);
    expect((await ask(`GET ${at}/pulls/2`)).body.draft).toBe(true);
    expect((await merge(2, null)).status).toBe(405);
    forge.people.setDraft(ann, draft.issue.number, false);

    await forge.people.protect(name, "main", { checks: ["build"], approvals: 1 });
    expect((await merge(2, null)).status).toBe(405);
    forge.people.reportStatus(acme, { sha: draft.headSha, context: "build", state: "success" });
    expect((await merge(2, null)).status).toBe(405);
    forge.people.review(acme, 2, { verdict: "approved", body: "Good" });
    expect((await merge(2, null)).status).toBe(200);
  });

  test("refuses what a token may not do, and hides what it may not see", async () => {
    await forge.addRepository({ name: "acme/secret", files: { "a.txt": "x" }, private: true });
    const guest = asker(forge, tokens.guest);
    expect((await guest("GET /repos/acme/secret")).status).toBe(404);
    expect((await ask("GET /repos/acme/secret")).status).toBe(200);
    expect((await guest(`POST ${at}/labels`, { name: "x", color: "ffffff" })).status).toBe(403);
    expect((await guest(`GET ${at}/hooks`)).status).toBe(isGithub ? 404 : 403);
    expect((await asker(forge, null)(`GET ${at}/issues`)).status).toBe(401);
    expect((await asker(forge, "wrong")(`GET ${at}/issues`)).status).toBe(401);
    forge.people.archive(name);
    expect((await ask(`POST ${at}/issues`, { title: "x" })).status).toBe(isGithub ? 403 : 423);
  });

  test("forgets a token when its time is over, or when it is taken away", async () => {
    const short = forge.addToken({ user: "acme", expiresAt: now + 60_000 });
    expect((await asker(forge, short)("GET /user")).body.login).toBe("acme");
    now += 60_000;
    expect((await asker(forge, short)("GET /user")).status).toBe(401);
    forge.revoke(tokens.ann);
    expect((await asker(forge, tokens.ann)("GET /user")).status).toBe(401);
  });

  test("fails as it is told to, and counts what came in", async () => {
    forge.faults.add({ method: "GET", path: `${at}/issues`, nth: 2 }, { status: 503, body: "down" });
    expect((await ask(`GET ${at}/issues`)).status).toBe(200);
    expect(await ask(`GET ${at}/issues`)).toMatchObject({ status: 503, body: "down" });
    expect((await ask(`GET ${at}/issues`)).status).toBe(200);
    forge.faults.add({ path: at }, { page: 502 });
    expect((await ask(`GET ${at}`)).headers.get("content-type")).toContain("text/html");
    forge.faults.add({ method: "POST" }, { cut: "before" });
    await expect(ask(`POST ${at}/issues`, { title: "never" })).rejects.toThrow();
    forge.faults.add({ method: "POST" }, { cut: "after" });
    await expect(ask(`POST ${at}/issues`, { title: "done" })).rejects.toThrow();
    expect((await ask(`GET ${at}/issues`)).body.map(({ title }) => title)).toEqual(["done"]);
    expect(forge.requests.map(({ status }) => status)).toEqual([200, 503, 200, 502, null, null, 200]);
  });

  test("answers 501 with a clear text for what is not simulated", async () => {
    const { status, body } = await ask(`GET ${at}/milestones`);
    expect(status).toBe(501);
    expect(body.message).toContain(`GET ${at}/milestones is not simulated on ${dialect}`);
  });

  test("starts a workflow that is in the repository, and ends it as the test says", async () => {
    const folder = isGithub ? ".github/workflows" : ".gitea/workflows";
    const text = "on:\n  workflow_dispatch:\n    inputs:\n      job:\n        required: true\n";
    await forge.people.push(acme, "main", { files: { [`${folder}/tamma.yml`]: text } });
    const over = Promise.withResolvers<void>();
    forge.whenDispatched((run) => {
      setImmediate(over.resolve);
      return { conclusion: run.inputs.job === "7" ? "success" : "failure", log: "line one\nline two\n" };
    });
    const path = `${at}/actions/workflows/tamma.yml/dispatches`;
    const order = { ref: "main", inputs: { job: "7" } };
    const started = isGithub
      ? await ask(`POST ${path}`, { ...order, return_run_details: true })
      : await ask(`POST ${path}?return_run_details=true`, order);
    expect(started.status).toBe(200);
    await over.promise;
    const id = started.body.workflow_run_id;
    const run = (await ask(`GET ${at}/actions/runs/${id}`)).body;
    expect(run).toMatchObject({ status: "completed", conclusion: "success", head_branch: "main" });
    const { jobs } = (await ask(`GET ${at}/actions/runs/${id}/jobs`)).body;
    const log = await ask(`GET ${at}/actions/jobs/${jobs?.[0]?.id}/logs`);
    if (isGithub) {
      const place = log.headers.get("location") ?? "";
      expect(log.status).toBe(302);
      expect(await (await fetch(place)).text()).toBe("line one\nline two\n");
      now += 61_000;
      expect((await fetch(place)).status).toBe(403);
    } else expect(log.body).toBe("line one\nline two\n");
    const wrong = await ask(`POST ${path}`, { ref: "main", inputs: { other: "x" } });
    expect([
      wrong.status,
      (await ask(`POST ${at}/actions/workflows/no.yml/dispatches`, order)).status,
    ]).toEqual([422, 404]);
  });

  test("writes a file on a branch and tells how two branches differ", async () => {
    const content = Buffer.from("hello\n").toString("base64");
    const file = `${at}/contents/docs/new.md`;
    const message = "Add a page";
    const body = { message, content, branch: isGithub ? "topic" : "main" };
    if (isGithub) {
      const sha = forge.repository(name).refs.get("main");
      expect((await ask(`POST ${at}/git/refs`, { ref: "refs/heads/topic", sha })).status).toBe(201);
      expect((await ask(`PUT ${file}`, body)).status).toBe(201);
      expect((await ask(`PUT ${file}`, body)).status).toBe(422);
    } else {
      expect((await ask(`POST ${file}`, { ...body, new_branch: "topic" })).status).toBe(201);
      expect((await ask(`POST ${file}`, { ...body, branch: "topic" })).status).toBe(422);
    }
    const read = (await ask(`GET ${file}?ref=topic`)).body;
    expect(Buffer.from(String(read.content), "base64").toString()).toBe("hello\n");
    expect((await ask(`GET ${file}?ref=main`)).status).toBe(404);
    const { body: compared } = await ask(`GET ${at}/compare/main...topic`);
    expect(compared).toMatchObject({
      total_commits: 1,
      commits: [{ commit: { message: expect.stringContaining(message) } }],
    });
    expect((await ask(`GET ${at}/branches/topic`)).body).toMatchObject({ name: "topic", protected: false });
  });
});
