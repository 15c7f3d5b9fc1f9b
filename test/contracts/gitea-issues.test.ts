import { expect, test } from "vitest";
import * as rig from "./gitea-rig.ts";

const { ok, reply, refused, issue, me, ann, comment } = rig;
const at = { id: "81", number: 12 };
const orgs = "GET /orgs/ann/labels";
const label = (id: number, name: string) => ({ id, name, color: "ededed" });
const noOrganization = refused(404, "not found");

test("labels are added by id: found on any page, also the organization's, or made", async () => {
  await using gitea = await rig.connected("1.26.4", 2, [orgs]);
  gitea.replies(
    ...[ok([label(1, "a"), label(2, "b")]), ok([label(3, "tamma")]), ok([label(9, "shared")])],
    ...[reply(201, label(4, "new")), ok([label(1, "a"), label(4, "new")]), ok(null), ok([])],
  );
  await gitea.forge.issues.addLabels(at, ["tamma", "shared", "new", "new"]);
  expect(gitea.asked()).toEqual([
    ...["GET /labels?page=1&limit=2", "GET /labels?page=2&limit=2", `${orgs}?page=1&limit=2`],
    ...["POST /labels", "GET /labels?page=1&limit=2", "GET /labels?page=2&limit=2"],
    "POST /issues/12/labels",
  ]);
  expect(gitea.bodies()).toEqual([{ name: "new", color: "#ededed", description: "" }, { labels: [3, 9, 4] }]);
});

test("labels that are all there cost one look", async () => {
  await using gitea = await rig.connected();
  gitea.replies(ok([label(3, "tamma")]), ok([]));
  await gitea.forge.issues.addLabels(at, ["tamma"]);
  await gitea.forge.issues.addLabels(at, []);
  expect(gitea.asked()).toEqual(["GET /labels?page=1&limit=50", "POST /issues/12/labels"]);
});

test("two who make the same label at once settle on the first, and the second one goes", async () => {
  const removal = "DELETE /repos/ann/calc/labels/6";
  await using gitea = await rig.connected("1.26.4", 50, [orgs, removal]);
  gitea.replies(
    ...[ok([]), noOrganization, reply(201, label(6, "tamma"))],
    ...[ok([label(6, "tamma"), label(5, "tamma")]), reply(204), ok([])],
  );
  await gitea.forge.issues.addLabels(at, ["tamma"]);
  expect(gitea.asked()).toContain("DELETE /labels/6");
  expect(gitea.bodies().at(-1)).toEqual({ labels: [5] });
});

test("only labels that an issue has are taken from it; one that is gone meanwhile is no fault", async () => {
  await using gitea = await rig.connected();
  gitea.replies(ok(issue({ labels: [label(3, "tamma"), label(4, "bug")] })), refused(422, "gone"));
  const work = gitea.forge.issues.removeLabels(at, ["tamma", "other"]);
  expect(await rig.failing(work)).toMatchObject({ kind: "validation" });
  gitea.replies(ok(issue({ labels: [label(3, "tamma")] })), noOrganization);
  await gitea.forge.issues.removeLabels(at, ["tamma"]);
  gitea.replies(ok(issue()));
  await gitea.forge.issues.removeLabels(at, ["tamma"]);
  expect(gitea.asked().filter((asked) => asked.startsWith("DELETE"))).toEqual([
    ...["DELETE /issues/12/labels/3", "DELETE /issues/12/labels/3"],
  ]);
});

test("labels that the platform has just told are taken away without a look", async () => {
  await using gitea = await rig.connected();
  const [tamma, working] = [label(3, "tamma"), label(4, "working")];
  gitea.replies(ok([tamma, working]), ok([tamma, working]), reply(204), reply(204));
  await gitea.forge.issues.addLabels(at, ["working"]);
  await gitea.forge.issues.removeLabels(at, ["tamma"]);
  await gitea.forge.issues.removeLabels(at, ["working"]);
  const added = ["GET /labels?page=1&limit=50", "POST /issues/12/labels"];
  const taken = ["DELETE /issues/12/labels/3", "DELETE /issues/12/labels/4"];
  expect(gitea.asked()).toEqual([...added, ...taken]);
  // What was taken away may be there again.
  gitea.replies(ok(issue({ labels: [tamma] })), reply(204));
  await gitea.forge.issues.removeLabels(at, ["tamma"]);
  expect(gitea.asked().slice(4)).toEqual(["GET /issues/12", "DELETE /issues/12/labels/3"]);
});

test("a label that was made anew under another id is found by a look", async () => {
  await using gitea = await rig.connected();
  gitea.replies(ok([label(4, "working")]), ok([label(4, "working")]));
  await gitea.forge.issues.addLabels(at, ["working"]);
  gitea.replies(
    refused(422, "label does not exist"),
    ok(issue({ labels: [label(8, "working")] })),
    reply(204),
  );
  await gitea.forge.issues.removeLabels(at, ["working"]);
  expect(gitea.asked().slice(2)).toEqual([
    ...["DELETE /issues/12/labels/4", "GET /issues/12", "DELETE /issues/12/labels/8"],
  ]);
});

test("assignees are added to those who are there", async () => {
  await using gitea = await rig.connected();
  gitea.replies(ok(issue({ assignees: [ann] })), reply(201, issue()));
  await gitea.forge.issues.assign(at, ["tamma", "ann"]);
  gitea.replies(ok(issue({ assignees: [ann, me] })));
  await gitea.forge.issues.assign(at, ["tamma"]);
  expect(gitea.bodies()).toEqual([{ assignees: ["ann", "tamma"] }]);
});

test("an issue is closed by one request, and open dependencies are told", async () => {
  await using gitea = await rig.connected();
  gitea.replies(reply(201, issue({ state: "closed" })));
  await gitea.forge.issues.closeIssue(at);
  expect(gitea.asked()).toEqual(["PATCH /issues/12"]);
  expect(gitea.bodies()).toEqual([{ state: "closed" }]);
  const open = "cannot close this issue because it still has open dependencies";
  gitea.replies(refused(412, open));
  expect((await rig.failing(gitea.forge.issues.closeIssue(at))).message).toContain(open);
});

test("an issue is made once per key, found again on a later page, whatever its state", async () => {
  await using gitea = await rig.connected("1.26.4", 1);
  const wanted = { key: "loop:followup:1", title: "Clean up", body: "Later.", labels: ["tamma"] };
  gitea.replies(...[ok(me), ok([]), ok([label(3, "tamma")]), ok([]), reply(201, issue({ number: 13 }))]);
  expect(await gitea.forge.issues.createIssue(wanted)).toBe(13);
  const [{ body }] = gitea.bodies() as [{ body: string }];
  expect(gitea.bodies()).toMatchObject([{ title: "Clean up", labels: [3] }]);
  const forged = issue({ number: 14, body, user: ann });
  gitea.replies(ok([forged]), ok([issue({ number: 13, state: "closed", body, user: me })]));
  expect(await gitea.forge.issues.createIssue(wanted)).toBe(13);
  expect(gitea.asked().at(-1)).toBe("GET /issues?state=all&type=issues&created_by=tamma&page=2&limit=1");
});

test("a reaction is given; one that this server does not have is left", async () => {
  await using gitea = await rig.connected();
  gitea.replies(reply(201, { content: "eyes" }));
  await gitea.forge.issues.react("5", "eyes");
  gitea.replies(refused(403, "'eyes' is not an allowed reaction"));
  await gitea.forge.issues.react("5", "eyes");
  gitea.replies(refused(403, "token does not have at least one of required scope(s)"));
  expect(await rig.failing(gitea.forge.issues.react("5", "eyes"))).toMatchObject({ kind: "forbidden" });
  expect(gitea.asked()[0]).toBe("POST /issues/comments/5/reactions");
});

const permission = (permission: string) => ok({ permission, role_name: permission });

test("an issue is told with its comments in order; who may write is asked once per author", async () => {
  await using gitea = await rig.connected();
  gitea.replies(
    ok(issue({ labels: [label(3, "tamma")] })),
    ok([
      // Later by its zone, though earlier by its clock.
      comment(5, "second", { created_at: "2026-11-30T09:00:00-03:00", user: { id: 4, login: "bob" } }),
      comment(4, "first", { created_at: "2026-11-30T11:30:00Z" }),
      comment(6, "third", { created_at: "2026-11-30T12:30:00Z", user: rig.gone }),
    ]),
    ...[permission("owner"), permission("read")],
  );
  expect(await gitea.forge.reading.issue(12)).toEqual({
    ...{ id: "81", number: 12, title: "Rounding", body: "It rounds down.", author: "ann", mayWrite: true },
    ...{ labels: ["tamma"], url: "https://git.example.test/ann/calc/issues/12", open: true },
    comments: [
      { author: "ann", mayWrite: true, body: "first", at: Date.parse("2026-11-30T11:30:00Z") },
      { author: "bob", mayWrite: false, body: "second", at: Date.parse("2026-11-30T12:00:00Z") },
      { author: "Ghost", mayWrite: false, body: "third", at: Date.parse("2026-11-30T12:30:00Z") },
    ],
  });
  expect(gitea.asked().filter((asked) => asked.includes("permission"))).toHaveLength(2);
});

test("where the token may not ask who may write, it is left open", async () => {
  await using gitea = await rig.connected();
  gitea.replies(ok(issue()), ok(null), refused(403, "Only admins can query all permissions"));
  expect(await gitea.forge.reading.issue(12)).toMatchObject({ mayWrite: undefined, comments: [] });
  const error = await rig.failing(gitea.forge.reading.permissionOf("ann"));
  expect(error).toMatchObject({ kind: "forbidden" });
});

test.each([
  ["owner", "admin"],
  ["admin", "admin"],
  ["write", "write"],
  ["read", "read"],
  ["none", "none"],
  ["constructor", "none"],
])("the permission %j is %j", async (word, permission_) => {
  await using gitea = await rig.connected();
  gitea.replies(permission(word));
  expect(await gitea.forge.reading.permissionOf("ann")).toBe(permission_);
});

test("somebody who is not known may do nothing, and a name that is none is not asked for", async () => {
  await using gitea = await rig.connected();
  gitea.replies(refused(404, "user does not exist"));
  expect(await gitea.forge.reading.permissionOf("nobody")).toBe("none");
  expect(await gitea.forge.reading.permissionOf("..")).toBe("none");
  expect(gitea.asked()).toEqual(["GET /collaborators/nobody/permission"]);
});

test("a pull request is no issue, and neither is what is not there", async () => {
  await using gitea = await rig.connected();
  gitea.replies(ok(issue({ pull_request: { merged: false } })));
  expect(await gitea.forge.reading.issue(12)).toBeNull();
  gitea.replies(refused(404, "not found"));
  expect(await gitea.forge.reading.issue(12)).toBeNull();
});

test("issues with a label come the oldest first, also when nobody has made the label yet", async () => {
  await using gitea = await rig.connected("1.26.4", 2);
  const labelled = (number: number) => issue({ number, title: `t${number}`, labels: [label(3, "tamma")] });
  gitea.replies(ok([labelled(9), issue()]), ok([labelled(4)]));
  expect(await gitea.forge.reading.issuesWith("tamma")).toEqual([
    { number: 4, title: "t4" },
    { number: 9, title: "t9" },
  ]);
  expect(gitea.asked()[0]).toBe("GET /issues?state=open&type=issues&labels=tamma&page=1&limit=2");
});

test("comments since a moment are asked for with it, and only our own have keys", async () => {
  await using gitea = await rig.connected();
  const marked = "<!-- tamma:key loop%3Asticky -->\n\nWorking";
  gitea.replies(ok(me), ok([comment(2, marked), comment(1, marked, { user: me })]));
  expect(await gitea.forge.reading.comments(12, rig.now)).toMatchObject([
    { id: "2", author: { login: "ann", bot: false }, key: null },
    { id: "1", author: { login: "tamma" }, key: "loop:sticky", body: "Working" },
  ]);
  expect(gitea.asked()[1]).toBe("GET /issues/12/comments?since=2026-11-30T12%3A00%3A00.000Z");
});
