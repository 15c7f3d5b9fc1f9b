import { expect, test } from "vitest";
import * as rig from "./gitea-rig.ts";

const { ok, reply, refused, sha, otherSha } = rig;
const address = "https://tamma.example.test/hooks/1";
const hook = (id: number, url: string, type = "gitea") => ({
  ...{ id, type, active: true, config: { content_type: "json", url }, events: ["push"] },
});

test("a webhook is made with its secret, and made anew where there is one, since that stays", async () => {
  await using gitea = await rig.connected("1.26.4", 2);
  gitea.replies(
    ok([hook(1, "https://other.example.test"), hook(2, address, "slack")]),
    ...[ok([hook(3, address)]), reply(201, hook(4, address)), reply(204)],
  );
  expect(await gitea.forge.setup.putWebhook({ url: address, secret: "s-0123456789" })).toEqual({
    ...{ id: "4", url: address, active: true },
  });
  expect(gitea.asked()).toEqual([
    ...["GET /hooks?page=1&limit=2", "GET /hooks?page=2&limit=2", "POST /hooks", "DELETE /hooks/3"],
  ]);
  expect(gitea.bodies()).toMatchObject([
    {
      ...{ type: "gitea", active: true },
      config: { url: address, content_type: "json", secret: "s-0123456789" },
      events: expect.arrayContaining(["push", "issues", "pull_request", "pull_request_review", "status"]),
    },
  ]);
});

test("webhooks are listed without their secrets, and one that is gone is removed", async () => {
  await using gitea = await rig.connected();
  gitea.replies(ok([hook(3, address), hook(5, "https://chat.example.test", "slack")]));
  expect(await gitea.forge.setup.webhooks()).toEqual([{ id: "3", url: address, active: true }]);
  gitea.replies(refused(404, "not found"));
  await gitea.forge.setup.removeWebhook("3");
  expect(gitea.asked().at(-1)).toBe("DELETE /hooks/3");
});

test("deliveries cannot be asked for, and the alternative is named", async () => {
  await using gitea = await rig.connected();
  for (const work of [gitea.forge.setup.lostDeliveries("3", 0), gitea.forge.setup.redeliver("3", "x")]) {
    expect(await rig.failing(work)).toMatchObject({ kind: "unsupported" });
  }
});

test("a label is made with its colour unless there is one of its name", async () => {
  await using gitea = await rig.connected("1.26.4", 50, ["GET /orgs/ann/labels"]);
  const label = { name: "tamma", colour: "1d76db", description: "Tamma works on it" };
  const made = { id: 3, name: "tamma", color: "1d76db" };
  const none = refused(404, "not found");
  gitea.replies(ok([]), none, reply(201, made), ok([made]));
  expect(await gitea.forge.setup.putLabel(label)).toBe("made");
  gitea.replies(ok([made]));
  expect(await gitea.forge.setup.putLabel(label)).toBe("there");
  gitea.replies(ok([]), ok([made]));
  await gitea.forge.setup.putLabel(label);
  expect(gitea.bodies()).toEqual([{ name: "tamma", color: "#1d76db", description: "Tamma works on it" }]);
});

const change = {
  ...{ branch: "tamma/setup", from: "main", path: ".gitea/workflows/tamma.yml" },
  ...{ text: "name: Tamma é\n", message: "Add the workflow" },
};
const content = Buffer.from(change.text).toString("base64");
const noFile = refused(404, "not found");

test("a file is written on a new branch as one commit", async () => {
  await using gitea = await rig.connected();
  gitea.replies(noFile, noFile, ok(rig.branch(sha)), reply(201, {}));
  await gitea.forge.setup.putFileOnBranch(change);
  expect(gitea.asked()).toEqual([
    ...["GET /branches/tamma/setup", "GET /contents/.gitea/workflows/tamma.yml?ref=main"],
    ...["GET /branches/main", "POST /contents/.gitea/workflows/tamma.yml"],
  ]);
  expect(gitea.bodies()).toEqual([
    { content, message: "Add the workflow", branch: "main", new_branch: "tamma/setup" },
  ]);
});

test("a file that is there already is replaced, and named by what it was", async () => {
  await using gitea = await rig.connected();
  const old = { type: "file", sha: otherSha, size: 1, content: "eA==" };
  gitea.replies(noFile, ok(old), ok(rig.branch(sha)), ok({}));
  await gitea.forge.setup.putFileOnBranch(change);
  expect(gitea.asked().at(-1)).toBe("PUT /contents/.gitea/workflows/tamma.yml");
  expect(gitea.bodies()).toMatchObject([{ sha: otherSha, new_branch: "tamma/setup" }]);
});

test("a branch that is there is left alone, also when somebody makes it at the same moment", async () => {
  await using gitea = await rig.connected();
  gitea.replies(ok(rig.branch(sha)));
  await gitea.forge.setup.putFileOnBranch(change);
  const taken = refused(422, "branch already exists");
  gitea.replies(noFile, noFile, ok(rig.branch(sha)), taken, ok(rig.branch(otherSha)));
  await gitea.forge.setup.putFileOnBranch(change);
  gitea.replies(noFile, noFile, ok(rig.branch(sha)), taken, noFile);
  const work = gitea.forge.setup.putFileOnBranch(change);
  expect(await rig.failing(work)).toMatchObject({ kind: "validation" });
});

test("from a commit the branch is made first, and goes again when the file cannot be written", async () => {
  await using gitea = await rig.connected();
  const from = { ...change, from: sha };
  gitea.replies(noFile, noFile, noFile, reply(201, rig.branch(sha)), reply(201, {}));
  await gitea.forge.setup.putFileOnBranch(from);
  expect(gitea.bodies()).toMatchObject([
    { new_branch_name: "tamma/setup", old_ref_name: sha },
    { branch: "tamma/setup", content },
  ]);
  const made = reply(201, rig.branch(sha));
  gitea.replies(noFile, noFile, noFile, made, refused(403, "no"), reply(204), noFile);
  const work = gitea.forge.setup.putFileOnBranch(from);
  expect(await rig.failing(work)).toMatchObject({ kind: "forbidden" });
  expect(gitea.asked().at(-1)).toBe("DELETE /branches/tamma/setup");
});
