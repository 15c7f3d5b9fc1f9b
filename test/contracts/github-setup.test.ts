import { afterEach, beforeEach, expect, test } from "vitest";
import * as wire from "./github-wire.ts";
import { failing, notFound, nothing, ok, reply, sha } from "./github-wire.ts";

let github: wire.Rig;
beforeEach(async () => {
  github = await wire.startGithub();
});
afterEach(() => github[Symbol.asyncDispose]());
const setup = () => github.forge.setup;

const url = "https://tamma.test/webhooks/github/1";
const secret = "s3cret-0123456789";
const hook = (id: number, at = url) => ({ id, name: "web", active: true, events: [], config: { url: at } });

test("a webhook is made once, and given the secret when it is there", async () => {
  github.replyWith(ok([hook(1, "https://other.test")]), reply(201, hook(2)));
  expect(await setup().putWebhook({ url, secret })).toEqual({ id: "2", url, active: true });
  expect(github.body("POST")).toMatchObject({
    ...{ name: "web", active: true, config: { url, secret, content_type: "json", insecure_ssl: "0" } },
    events: expect.arrayContaining(["issue_comment", "pull_request_review_thread", "check_run", "status"]),
  });
  github.replyWith(ok([hook(2)]), ok(hook(2)));
  expect((await setup().putWebhook({ url, secret })).id).toBe("2");
  expect(github.asked().at(-1)).toBe("PATCH /repos/acme/shop/hooks/2");
  expect(github.body("PATCH")).toMatchObject({ config: { secret } });
});

test("whoever loses the race for a webhook gives the winner's the secret", async () => {
  const exists = { message: "Validation Failed", errors: ["Hook already exists on this repository"] };
  github.replyWith(ok([]), reply(422, exists), ok([hook(2)]), ok(hook(2)));
  expect((await setup().putWebhook({ url, secret })).id).toBe("2");
  github.replyWith(ok([]), reply(422, { message: `bad url ${secret}` }), ok([]));
  const error = await failing(setup().putWebhook({ url, secret }));
  expect(error).toMatchObject({ kind: "validation", message: expect.stringContaining("bad url [secret]") });
  expect(JSON.stringify(error)).not.toContain(secret);
});

test("a webhook that is gone stays so", async () => {
  github.replyWith(nothing);
  await setup().removeWebhook("2");
  github.replyWith(notFound);
  await setup().removeWebhook("2");
  expect((await failing(setup().removeWebhook("hooks"))).kind).toBe("validation");
});

const delivery = (id: unknown, guid: string, status_code: number, delivered_at = wire.at) => ({
  ...{ id, guid, status_code, delivered_at, event: "issues", redelivery: false },
});

test("a delivery is lost when none of its tries arrived, over all pages since then", async () => {
  const path = "/repos/acme/shop/hooks/2/deliveries";
  const link = { link: `<${github.server.url}${path}?per_page=100&cursor=v1_2>; rel="next"` };
  const old = delivery(1, "g9", 500, "2026-11-01T00:00:00Z");
  github.replyWith(
    ok([delivery(9, "g1", 200), delivery(8, "g2", 502), delivery(7, "g2", 0)], link),
    ok([delivery(6, "g1", 500), delivery(5, "g3", 404), old], link),
  );
  const since = Date.parse("2026-11-29T00:00:00Z");
  expect(await setup().lostDeliveries("2", since)).toEqual([
    { id: "8", event: "issues", at: Date.parse(wire.at) },
    { id: "5", event: "issues", at: Date.parse(wire.at) },
  ]);
  expect(github.asked()).toEqual([`GET ${path}?per_page=100`, `GET ${path}?per_page=100&cursor=v1_2`]);
});

test("an id of a delivery that is too big for JavaScript stays exact", async () => {
  const body = JSON.stringify([delivery("BIG", "g1", 502)]).replace('"BIG"', "9223372036854775807");
  github.replyWith(reply(200, body, { "content-type": "application/json; charset=utf-8" }));
  const [lost] = await setup().lostDeliveries("2", 0);
  expect(lost?.id).toBe("9223372036854775807");
  github.replyWith(reply(202, {}));
  await setup().redeliver("2", lost?.id ?? "");
  expect(github.asked().at(-1)).toBe("POST /repos/acme/shop/hooks/2/deliveries/9223372036854775807/attempts");
});

test("a label is made unless there is one of its name", async () => {
  const label = { name: "tamma", colour: "5319e7", description: "Tamma works on it" };
  github.replyWith(ok([{ name: "bug" }, { name: "Tamma" }]));
  expect(await setup().putLabel(label)).toBe("there");
  expect(github.asked().at(-1)).toBe("GET /repos/acme/shop/labels?per_page=100");
  github.replyWith(ok([{ name: "bug" }]), reply(201, {}));
  expect(await setup().putLabel(label)).toBe("made");
  expect(github.body("POST")).toEqual({ name: "tamma", color: "5319e7", description: "Tamma works on it" });
  const errors = [{ resource: "Label", code: "already_exists", field: "name" }];
  github.replyWith(ok([]), reply(422, { message: "Validation Failed", errors }));
  expect(await setup().putLabel(label)).toBe("there");
  const wrong = [{ resource: "Label", code: "invalid", field: "color" }];
  github.replyWith(ok([]), reply(422, { message: "Validation Failed", errors: wrong }));
  expect((await failing(setup().putLabel(label))).kind).toBe("validation");
});

const change = {
  ...{ branch: "tamma/setup", from: "main", path: ".github/workflows/tamma.yml" },
  ...{ text: "on: workflow_dispatch\n", message: "Add the workflow" },
};
const ref = (head: string) => ok({ object: { sha: head, type: "commit" } });
const steps = [
  ...[notFound, ref(sha("a")), ok({ sha: sha("a"), commit: { tree: { sha: sha("b") } } })],
  ...[reply(201, { sha: sha("c") }), reply(201, { sha: sha("d"), tree: { sha: sha("c") } })],
];

test("a file comes on a new branch as one commit, and the branch is made last", async () => {
  github.replyWith(...steps, reply(201, {}));
  await setup().putFileOnBranch(change);
  expect(github.server.requests.slice(-3).map(({ path, body }) => [path.split("/").at(-1), body])).toEqual([
    [
      "trees",
      {
        base_tree: sha("b"),
        tree: [{ path: change.path, mode: "100644", type: "blob", content: change.text }],
      },
    ],
    ["commits", { message: "Add the workflow", tree: sha("c"), parents: [sha("a")] }],
    ["refs", { ref: "refs/heads/tamma/setup", sha: sha("d") }],
  ]);
});

test("a branch that is there is left alone, also when it comes meanwhile", async () => {
  github.replyWith(ref(sha("e")));
  await setup().putFileOnBranch(change);
  expect(github.asked()).toHaveLength(1);
  github.replyWith(...steps, reply(422, { message: "Reference already exists" }));
  await setup().putFileOnBranch(change);
  github.replyWith(notFound);
  expect((await failing(setup().putFileOnBranch(change))).kind).toBe("not-found");
});
