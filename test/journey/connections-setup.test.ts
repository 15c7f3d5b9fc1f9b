import { readFileSync } from "node:fs";
import { join } from "node:path";
import { githubPermissions } from "@tamma/core/platforms/github/rights.ts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { Workflow } from "../ci/workflow-files.ts";
import { scopes } from "../contracts/conformance/world.ts";
import { type SimulatedForge, startForge } from "../forge/index.ts";
import { git } from "./calc.ts";
import { printed, root, startProcess } from "./processes.ts";
import { openSetupStage, type SetupStage } from "./setup-stage.ts";

let stage: SetupStage;
/** They stay until the end: the doctor asks all of them once more. */
const forges: SimulatedForge[] = [];
beforeAll(async () => {
  stage = await openSetupStage();
});
afterAll(async () => {
  await stage[Symbol.asyncDispose]();
  for (const forge of forges) await forge[Symbol.asyncDispose]();
});

interface Finding {
  what: string;
  state: string;
  says: string;
  todo: string | null;
}
const findingsOf = (result: Record<string, unknown>) => result.findings as Finding[];
const notOk = (result: Record<string, unknown>) =>
  findingsOf(result)
    .filter(({ state }) => state !== "ok")
    .map(({ state, what, says }) => `${state}: ${what}: ${says}`);

describe.each(["github", "gitea"] as const)("%s", (dialect) => {
  let forge: SimulatedForge;
  let token: string;
  const id = `on-${dialect}`;
  // A name that no other platform here has.
  const owner = `${dialect}-people`;
  const shop = `${owner}/shop`;
  const ann = { in: shop, by: "ann" };
  const through = ["--connection", id];

  beforeAll(async () => {
    forge = await startForge({ dialect });
    forges.push(forge);
    const files = { "README.md": "# Shop\n" };
    const bot = (permission: "read" | "write" | "admin") =>
      ({ ann: "admin", "tamma-bot": permission }) as const;
    await forge.addRepository({ name: shop, files, collaborators: bot("admin") });
    await forge.addRepository({ name: `${owner}/read-only`, files, collaborators: bot("read") });
    await forge.addRepository({ name: `${owner}/no-admin`, files, collaborators: bot("write") });
    await forge.addRepository({ name: `${owner}/old`, files, collaborators: bot("admin") });
    await forge.addRepository({ name: `${owner}/empty`, collaborators: bot("admin") });
    forge.people.archive(`${owner}/old`);
    token = forge.addToken({ user: "tamma-bot", scopes: scopes[dialect] });
  });

  const connect = (name: string, secret: string, url = forge.url) =>
    stage.tamma(
      ...["connections", "add", name, "--platform", dialect, "--url", url],
      ...["--token-file", stage.secretFile(`${name}.token`, `${secret}\n`)],
    );
  const hooks = () => forge.repository(shop).hooks;
  /** Everything that was sent to us in the meantime. */
  const arrived = async () => {
    await forge.webhooks.settled();
    return hooks().flatMap((hook) => forge.webhooks.deliveries(hook).map(({ statusCode }) => statusCode));
  };

  test("a connection is added, and says where the platform sends its webhooks", async () => {
    const added = await connect(id, token);
    expect(added).toMatchObject({ code: 0, err: "" });
    expect(added.out).toContain(`${stage.url}/webhooks/${dialect}/${id}`);
    const listed = await stage.tamma("connections", "list");
    expect(listed.out).toContain(id);
    expect(listed.out).not.toContain(token);
    const check = await stage.json("connections", "check", id);
    expect(check.code).toBe(0);
    expect(notOk(check.result)).toEqual([]);
    expect(findingsOf(check.result)[0]?.says).toContain("tamma-bot");
  });

  test("a repository is added with webhook and label, and what happens there arrives", async () => {
    const added = await stage.json("repos", "add", shop, ...through);
    expect(added.result).toMatchObject({
      ...{ connection: id, name: shop, defaultBranch: "main", already: false },
      setUp: { webhook: "made", label: "made", workflow: null },
    });
    expect(hooks()).toMatchObject([{ url: `${stage.url}/webhooks/${dialect}/${id}`, active: true }]);
    expect(forge.repository(shop).labels.map(({ name }) => name)).toContain("tamma");
    const issue = forge.people.openIssue(ann, { title: "Round prices" });
    forge.people.comment(ann, issue.number, "By cents.");
    const statuses = await arrived();
    expect(statuses.length).toBeGreaterThanOrEqual(2);
    expect(new Set(statuses)).toEqual(new Set([202]));
  });

  test("a second time nothing changes, which is said; its address does as well as its name", async () => {
    const before = hooks().map((hook) => hook.id);
    const changes = () => forge.requests.filter(({ method }) => method !== "GET").length;
    const changed = changes();
    for (const given of [shop, `${forge.url}/${shop}`, `${forge.url}/${shop}.git`]) {
      const again = await stage.tamma("repos", "add", given, ...through);
      expect(again).toMatchObject({ code: 0, out: `${shop} was added before; nothing was changed\n` });
    }
    expect(hooks().map((hook) => hook.id)).toEqual(before);
    expect(changes()).toBe(changed);
    expect((await stage.tamma("repos", "list")).out).toContain(`${shop}  ${id}  main`);
  });

  test.each([
    ["read-only", "may only be read", "write access"],
    ["no-admin", "takes no webhook from this connection", "--no-webhook"],
    ["old", "is archived", "archive"],
    ["empty", "has no commit yet", "first commit"],
    ["nowhere", "404", "name is right"],
  ])("%s is not added, and nothing is left behind", async (repository, why, todo) => {
    const name = `${owner}/${repository}`;
    const refused = await stage.tamma("repos", "add", name, ...through);
    expect(refused.code).toBe(1);
    expect(refused.err).toContain(why);
    expect(refused.err).toContain(todo);
    expect((await stage.tamma("repos", "list")).out).not.toContain(name);
  });

  test("without administering it, it is added without a webhook, and misses none", async () => {
    const added = await stage.json("repos", "add", `${owner}/no-admin`, "--no-webhook", ...through);
    expect(added.result).toMatchObject({ already: false, setUp: { webhook: "none", label: "made" } });
    expect(forge.repository(`${owner}/no-admin`).hooks).toEqual([]);
    const check = await stage.json("repos", "check", `${owner}/no-admin`);
    expect(check.code).toBe(0);
    expect(notOk(check.result)).toEqual([expect.stringContaining("main is not protected")]);
  });

  test("without a commit of the action no workflow is proposed: it is said what is missing", async () => {
    for (const [given, why] of [
      [[], "no release of the runner's action is published yet"],
      [["--action-ref", `acme/tamma/runner@${"0".repeat(40)}`], "is no commit"],
      [["--action-ref", "acme/tamma/runner@main"], "may be another commit tomorrow"],
    ] as const) {
      const refused = await stage.tamma("repos", "add", shop, "--workflow", ...given, ...through);
      expect(refused).toMatchObject({ code: 1, out: "" });
      expect(refused.err).toContain(why);
      if (given.length === 0) expect(refused.err).toContain("--action-ref OWNER/REPOSITORY/runner@COMMIT");
    }
    expect([...forge.repository(shop).issues.values()].filter(({ pull }) => pull)).toEqual([]);
    expect([...forge.repository(shop).refs.keys()]).toEqual(["main"]);
  });

  test("the workflow file comes as one pull request, and not again once a person closed it", async () => {
    const action = `acme/tamma/runner@${"a1".repeat(20)}`;
    const pinned = ["--action-ref", action, "--runs-on", "self-hosted, tamma"];
    const add = (...more: string[]) => stage.json("repos", "add", shop, "--workflow", ...more, ...through);
    // Once it is proposed, nothing more has to be said.
    const [first, second] = [await add(...pinned), await add()];
    expect(first.result.setUp).toMatchObject({ webhook: "there", workflow: { state: "proposed" } });
    expect(second.result.setUp).toEqual(first.result.setUp);
    const pulls = [...forge.repository(shop).issues.values()].filter(({ pull }) => pull);
    expect(pulls).toHaveLength(1);
    const { dir } = forge.repository(shop);
    const path = `.${dialect}/workflows/tamma.yml`;
    const text = git(dir, "show", `${pulls[0]?.pull?.headSha}:${path}`);
    const { jobs } = Workflow.parse(parse(text));
    for (const job of Object.values(jobs)) {
      expect(job["runs-on"]).toEqual(["self-hosted", "tamma"]);
      const uses = job.steps.filter((step) => step.uses !== undefined);
      expect(uses).toMatchObject([{ uses: action, with: { server: stage.url } }]);
    }
    expect(text).toContain(`connection ${id}`);
    // What was filled in is all that differs from the file that people copy.
    const copied = readFileSync(join(root, `runner/ci-templates/${dialect}.yml`), "utf8");
    expect(Workflow.parse(parse(copied)).on).toEqual(Workflow.parse(parse(text)).on);
    const files = await stage.tamma("repos", "add", shop, "--workflow", ...through);
    expect(files.out).toContain(`/${shop}/pull`);
    forge.people.setState(ann, pulls[0]?.number ?? 0, "closed");
    expect((await add()).result.setUp).toMatchObject({ workflow: { state: "closed" } });
  });

  test("what people broke is found, and adding it again mends it", async () => {
    await forge.people.protect(shop, "main", { checks: ["test"] });
    expect(notOk((await stage.json("repos", "check", shop)).result)).toEqual([]);
    const { labels } = forge.repository(shop);
    labels.splice(0, labels.length);
    hooks().splice(0, hooks().length);
    const broken = await stage.json("repos", "check", shop);
    expect(broken.code).toBe(1);
    expect(notOk(broken.result)).toEqual([
      expect.stringContaining(`fault: repository ${shop}: its webhook is gone`),
      expect.stringContaining(`warning: repository ${shop}: the label tamma is gone`),
    ]);
    const [todo] = findingsOf(broken.result).flatMap(({ todo }) => todo ?? []);
    expect(todo).toBe(`tamma repos add ${shop} --connection ${id}`);
    const mended = await stage.json(...(todo ?? "").split(" ").slice(1));
    expect(mended.result).toMatchObject({ already: true, setUp: { webhook: "made", label: "made" } });
    for (const hook of hooks()) hook.active = false;
    expect(notOk((await stage.json("repos", "check", shop)).result)[0]).toContain("switched off");
    expect((await stage.json("repos", "add", shop, ...through)).result.setUp).toMatchObject({
      webhook: "renewed",
    });
    expect((await stage.json("repos", "check", shop)).code).toBe(0);
    expect(hooks()).toHaveLength(1);
  });

  test("after a rotation old deliveries are still good, and the repository gets the new secret", async () => {
    const [old] = hooks().map(({ secret }) => secret);
    const rotated = await stage.tamma("connections", "rotate", id);
    expect(rotated.out).toContain(`tamma repos add ${shop} --connection ${id}`);
    forge.people.openIssue(ann, { title: "Signed with the secret before" });
    expect(new Set(await arrived())).toEqual(new Set([202]));
    expect(notOk((await stage.json("repos", "check", shop)).result)[0]).toContain("the secret before");
    expect((await stage.tamma("repos", "add", shop, ...through)).out).toContain("made anew");
    expect(hooks().map(({ secret }) => secret === old)).toEqual([false]);
    forge.people.openIssue(ann, { title: "Signed with the new one" });
    expect(new Set(await arrived())).toEqual(new Set([202]));
    expect((await stage.json("repos", "check", shop)).code).toBe(0);
  });

  test("a clock that is off is a warning, by what their answers say", async () => {
    const date = new Date(Date.now() + 300_000).toUTCString();
    // The account is asked for last of what is asked before the clock is compared.
    forge.faults.add(
      { path: "/user" },
      { status: 200, body: { id: 5, login: "tamma-bot" }, headers: { date } },
    );
    const check = await stage.json("connections", "check", id);
    expect(notOk(check.result).filter((line) => line.includes("clock"))).toEqual([
      expect.stringMatching(/warning: .* its clock is (299|300|301) s ahead of this server's/),
    ]);
  });

  test("a bad token, no token's connection and a platform that is away are told apart", async () => {
    await connect(`${id}-bad`, "not-a-token-of-theirs");
    const bad = await stage.tamma("repos", "add", shop, "--connection", `${id}-bad`);
    expect(bad).toMatchObject({ code: 1, out: "" });
    expect(bad.err).toMatch(/401[\s\S]*tamma connections rotate/);
    const unknown = await stage.tamma("repos", "add", shop, "--connection", "nobody");
    expect(unknown.err).toContain("there is no connection nobody");
    await connect(`${id}-away`, token, "http://127.0.0.1:9");
    const away = await stage.tamma("repos", "add", shop, "--connection", `${id}-away`);
    expect(away.code).toBe(1);
    expect(away.err).toMatch(/no answer[\s\S]*see that the platform is up/);
  });

  test("a repository is taken out with its webhook, and is as before once it is added again", async () => {
    const removed = await stage.tamma("repos", "remove", shop);
    expect(removed).toMatchObject({ code: 0, out: `removed ${shop}; its record stays\n` });
    expect(hooks()).toEqual([]);
    expect((await stage.tamma("repos", "list")).out).not.toContain(shop);
    expect((await stage.tamma("repos", "remove", shop)).code).toBe(1);
    const again = await stage.json("repos", "add", shop, ...through);
    expect(again.result).toMatchObject({ already: false, setUp: { webhook: "made", label: "there" } });
    expect((await stage.json("repos", "check", shop)).code).toBe(0);
  });

  test("a token that was revoked later is found, and what to do", async () => {
    forge.revoke(token);
    const check = await stage.json("connections", "check", id);
    expect(check.code).toBe(1);
    expect(notOk(check.result)).toEqual([expect.stringMatching(/fault: .*refuses the credential: .*401/)]);
    expect(findingsOf(check.result)[0]?.todo).toContain(`tamma connections rotate ${id}`);
    // What is out of reach can be taken out all the same, and then its connection.
    for (const name of [shop, `${owner}/no-admin`])
      expect((await stage.tamma("repos", "remove", name)).code).toBe(0);
  });

  test("whatever was asked of the platform, and how it was answered, is as it documents it", () => {
    expect(forge.violations).toEqual([]);
  });
});

test("`tamma doctor`, as people start it, looks at every connection", async () => {
  const env = { TAMMA_SERVER: stage.url, TAMMA_TOKEN: stage.token };
  const doctor = startProcess(["cli/main.ts", "doctor", "--plain", "--state", stage.folder], env);
  try {
    await printed(doctor, /\d+ faults?, \d+ warnings?/);
    for (const id of ["on-github", "on-gitea", "on-github-bad", "on-gitea-bad"])
      expect(doctor.output()).toMatch(new RegExp(`fault +connection ${id}: .* refuses the credential`));
    for (const id of ["on-github-away", "on-gitea-away"])
      expect(doctor.output()).toMatch(new RegExp(`fault +connection ${id}: .* does not answer as it should`));
    await expect.poll(() => doctor.process.exitCode).toBe(1);
  } finally {
    await doctor.stop();
  }
});

test("a GitHub App is told by its name; a permission that it has not is named", async () => {
  await using forge = await startForge({ dialect: "github" });
  await forge.addRepository({ name: "acme/shop", files: { "README.md": "# Shop\n" } });
  const all = Object.fromEntries(githubPermissions.map(({ name, level }) => [name, level]));
  const apps = [
    { slug: "tamma-all", permissions: all },
    { slug: "tamma-less", permissions: { ...all, contents: "read", actions: "none" } },
  ];
  for (const { slug, permissions } of apps) {
    const app = await forge.addApp({ slug, permissions, installedOn: ["acme/shop"] });
    const key = stage.secretFile(`${slug}.pem`, app.privateKey);
    await stage.tamma(
      ...["connections", "add", slug, "--platform", "github", "--url", forge.url],
      ...["--app-id", String(app.id), "--key-file", key],
    );
  }
  const added = await stage.json("repos", "add", "acme/shop", "--connection", "tamma-all");
  expect(added.result).toMatchObject({ already: false, setUp: { webhook: "made", label: "made" } });
  const [good, less] = await Promise.all(apps.map(({ slug }) => stage.json("connections", "check", slug)));
  expect(findingsOf(good?.result ?? {})[0]?.says).toContain("tamma-all[bot]");
  expect([good?.code, notOk(good?.result ?? {})]).toEqual([0, [expect.stringContaining("is not protected")]]);
  expect([less?.code, notOk(less?.result ?? {})]).toEqual([
    1,
    [
      expect.stringContaining("fault: connection tamma-less: contents: write is not granted"),
      expect.stringContaining("warning: connection tamma-less: actions: write is not granted"),
    ],
  ]);
  expect(forge.violations).toEqual([]);
});

test("a platform elsewhere is not told to send to itself", async () => {
  const add = (...more: string[]) =>
    stage.tamma(
      ...["connections", "add", "far", "--platform", "github", "--url", "https://github.com"],
      ...["--token-file", stage.secretFile("far.token", "ghp_far"), ...more],
    );
  const refused = await add("--webhook-url", "http://localhost:4747");
  expect(refused).toMatchObject({ code: 1, out: "" });
  expect(refused.err).toMatch(/another machine[\s\S]*--webhook-url/);
  expect((await add()).out).toContain("none yet");
  // Refused before GitHub is asked anything.
  const repository = await stage.tamma("repos", "add", "acme/shop", "--connection", "far");
  expect(repository.err).toMatch(/another machine[\s\S]*tamma connections change far/);
  const changed = await stage.tamma(
    "connections",
    "change",
    "far",
    "--webhook-url",
    "https://t.example.org/",
  );
  expect(changed.out).toContain("https://t.example.org/webhooks/github/far");
  expect((await stage.tamma("connections", "remove", "far")).code).toBe(0);
});
