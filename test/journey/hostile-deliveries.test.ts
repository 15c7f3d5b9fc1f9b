import { createHmac } from "node:crypto";
import { request } from "node:http";
import { gzipSync } from "node:zlib";
import type { LoopList } from "@tamma/core/protocol/rest.ts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { calcScript, title } from "./calc.ts";
import { ann, openPlatformStage, type PlatformStage, project } from "./platform-stage.ts";

const bytesMax = 25 * 1024 * 1024;

type Headers = Record<string, string>;

/** Each refusal is of a delivery that would start a loop if it were taken. */
describe.each(["github", "gitea"] as const)("deliveries that claim to be from %s", (dialect) => {
  let platform: PlatformStage;
  let url: string;
  let secret: string;
  /** A delivery that the platform made and that never arrived: its body asks for a loop. */
  let wanted: Buffer;
  let issue: number;

  beforeAll(async () => {
    platform = await openPlatformStage(dialect, { script: calcScript(), ci: "none" });
    const { forge } = platform;
    const [hook] = forge.repository(project).hooks;
    if (!hook) throw new Error("the connection made no webhook");
    ({ url, secret } = hook);
    forge.webhooks.order({ what: "lose", times: 20 });
    issue = forge.people.openIssue(ann, { title, body: "We need it." }).number;
    forge.people.label(ann, issue, { add: ["tamma"] });
    await forge.webhooks.settled();
    const last = forge.webhooks.deliveries(hook).at(-1);
    wanted = Buffer.from(last?.body ?? "");
    expect(JSON.parse(last?.body ?? "{}").issue.labels).toHaveLength(1);
  });
  afterAll(() => platform[Symbol.asyncDispose]());

  const dressed = (of: "github" | "gitea", body: Buffer, by: string, id: string): Headers => {
    const hex = createHmac("sha256", by).update(body).digest("hex");
    const github = {
      ...{ "content-type": "application/json", "x-github-delivery": id, "x-github-event": "issues" },
      "x-hub-signature-256": `sha256=${hex}`,
    };
    // Gitea sends GitHub's headers along.
    const gitea = { "x-gitea-delivery": id, "x-gitea-event": "issues", "x-gitea-signature": hex };
    return of === "github" ? github : { ...github, ...gitea };
  };
  const post = async (body: Buffer | undefined, headers: Headers, to = url) => {
    const answer = await fetch(to, { method: "POST", headers, ...(body ? { body } : {}) });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };
  const own = (body = wanted, id = "hostile") => dressed(dialect, body, secret, id);
  const signatures = ["x-hub-signature-256", "x-gitea-signature"];
  const signedAs = (value: string | null): Headers => {
    const entries = Object.entries(own()).map(([name, had]) => [
      name,
      signatures.includes(name) ? value : had,
    ]);
    return Object.fromEntries(entries.filter(([, value]) => value !== null));
  };
  const other = dialect === "github" ? "gitea" : "github";
  const loops = async () =>
    (await platform.stage.call<LoopList>("GET", "/api/v1/loops?state=all")).loops.length;

  test("whatever does not prove itself is refused with 401, and no answer says what was wrong", async () => {
    const tampered = Buffer.from(wanted.toString().replace('"tamma"', '"tammA"'));
    expect(tampered.equals(wanted)).toBe(false);
    const elsewhere = (path: string) => new URL(path, url).href;
    const answers = await Promise.all([
      post(tampered, own()),
      post(wanted.subarray(1), own()),
      post(wanted, dressed(dialect, wanted, "another secret", "hostile")),
      post(wanted, dressed(dialect, wanted, "", "hostile")),
      ...[null, "", "sha256=", "0".repeat(64), `sha256=${"0".repeat(64)}`].map((value) =>
        post(wanted, signedAs(value)),
      ),
      post(wanted, dressed(other, wanted, secret, "hostile")),
      post(wanted, { ...own(), "x-forgejo-event": "issues" }),
      post(wanted, { ...own(), [`x-${dialect}-delivery`]: "" }),
      post(wanted, { "content-type": "application/json" }),
      post(wanted, own(), elsewhere(`/webhooks/${other}/work`)),
      post(wanted, own(), elsewhere(`/webhooks/${dialect}/unknown`)),
      post(wanted, own(), elsewhere("/webhooks/__proto__/work")),
      post(undefined, own()),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 401));
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(await loops()).toBe(0);
  });

  test("what is proven and is no payload is refused with 422", async () => {
    const bodies = ["", "null", "[]", "{", "\ufeff", '{"a":1}', "[".repeat(50_000), '"\\ud800"'];
    for (const text of bodies) {
      const body = Buffer.from(text);
      expect((await post(body, own(body))).status, text.slice(0, 20)).toBe(422);
    }
    const notUtf8 = Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]);
    expect((await post(notUtf8, own(notUtf8))).status).toBe(422);
    expect(await loops()).toBe(0);
  });

  test("a form, a text and a compressed body are refused with 415", async () => {
    const form = Buffer.from(`payload=${encodeURIComponent(wanted.toString())}`);
    const zipped = gzipSync(wanted);
    const asForm = { "content-type": "application/x-www-form-urlencoded" };
    expect((await post(form, { ...own(form), ...asForm })).status).toBe(415);
    expect((await post(wanted, { ...own(), "content-type": "text/plain" })).status).toBe(415);
    for (const signed of [zipped, wanted])
      expect((await post(zipped, { ...own(signed), "content-encoding": "gzip" })).status).toBe(415);
    // Without saying so it is only bytes that are no JSON.
    expect((await post(zipped, own(zipped))).status).toBe(422);
    expect(await loops()).toBe(0);
  });

  test("more than 25 MB is refused with 413, whether the length is told or not", async () => {
    const room = Buffer.alloc(bytesMax + 1 - wanted.length, " ");
    const large = Buffer.concat([wanted, room]);
    expect(await statusOf(url, own(large), large, true)).toBe(413);
    expect(await statusOf(url, own(large), large, false)).toBe(413);
    expect(await loops()).toBe(0);
  });

  test("a delivery that is sent again is taken once, whatever it says the second time", async () => {
    const first = await post(wanted, own(wanted, "d-1"));
    expect(first).toEqual({ status: 202, body: { outcome: "taken", why: null } });
    await platform.loopOf(issue);
    const elseTold = Buffer.from(JSON.stringify({ ...JSON.parse(wanted.toString()), action: "closed" }));
    for (const body of [wanted, elseTold]) {
      const again = await post(body, own(body, "d-1"));
      expect(again).toEqual({ status: 202, body: { outcome: "again", why: null } });
    }
    expect(await loops()).toBe(1);
  });

  test("an old delivery under a new id starts no second loop when the first is over", async () => {
    const { stage, forge, eventually } = platform;
    const loop = await platform.loopOf(issue);
    const labels = () =>
      forge
        .repository(project)
        .issues.get(issue)
        ?.labels.map(({ name }) => name) ?? [];
    await eventually("the label's end", () => !labels().includes("tamma"));
    await stage.call("POST", `/api/v1/loops/${encodeURIComponent(loop)}/cancel`, { reason: "enough" });
    await stage.until(loop, ({ endedAt }) => endedAt !== null);
    expect((await post(wanted, own(wanted, "d-2"))).body).toMatchObject({ outcome: "taken" });
    // Deliveries are acted on in their order: when the next one was, this one had been.
    const next = forge.people.openIssue(ann, { title: "Another", body: "" }).number;
    forge.people.label(ann, next, { add: ["tamma"] });
    const [hook] = forge.repository(project).hooks;
    const body = Buffer.from((hook && forge.webhooks.deliveries(hook).at(-1)?.body) ?? "");
    await post(body, own(body, "d-3"));
    await platform.loopOf(next);
    expect(await loops()).toBe(2);
  });
});

/**
 * The answer's status, which comes before the request is over: a length that is told is refused at once, one
 * that is not when the limit is passed.
 */
function statusOf(url: string, headers: Headers, body: Buffer, told: boolean): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const length: Headers = told ? { "content-length": String(body.length) } : {};
    const sent = request(url, { method: "POST", headers: { ...headers, ...length } }, (answer) => {
      resolve(answer.statusCode);
      sent.destroy();
    });
    sent.once("error", reject);
    if (told) sent.flushHeaders();
    else sent.write(body);
  });
}
