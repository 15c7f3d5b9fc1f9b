import { createHmac } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import examples from "@octokit/webhooks-examples" with { type: "json" };
import { senderOf, webhookSources } from "@tamma/core/platforms/webhooks.ts";
import type { WebhookPlatform } from "@tamma/core/ports/webhook.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { around, ignored, moments } from "./webhook-payloads.ts";

const secret = "a secret of this hook";
const platforms = ["github", "gitea"] as const;
const fuzzRuns = 2_000;

const where = { repository: { id: "42", name: "mia/calc" }, sender: { id: "7", login: "mia", bot: false } };

/** A delivery as the platform sends it. */
function signed(platform: WebhookPlatform, event: string, body: Uint8Array, by = secret): Headers {
  const hex = createHmac("sha256", by).update(body).digest("hex");
  const github = {
    "x-github-delivery": "d1",
    "x-github-event": event,
    "x-hub-signature-256": `sha256=${hex}`,
  };
  const gitea = { "x-gitea-delivery": "d1", "x-gitea-event": event, "x-gitea-signature": hex };
  // Gitea sends GitHub's headers along, for receivers that know no other.
  return new Headers(platform === "github" ? github : { ...github, ...gitea });
}

const bytes = (text: string) => new Uint8Array(Buffer.from(text));

describe.each(platforms)("webhooks of %s", (platform) => {
  const source = webhookSources[platform];
  const body = bytes('{"zen":"ünïcode"}');
  const verify = (headers: Headers, what = body, secrets = [secret]) => source.verify(headers, what, secrets);

  test("what is signed with the secret is taken, also while secrets are rotated", async () => {
    const headers = signed(platform, "push", body);
    expect(senderOf(headers)).toBe(platform);
    expect(await verify(headers)).toEqual({ id: "d1", event: "push" });
    expect(await verify(headers, body, ["the next one", secret])).toEqual({ id: "d1", event: "push" });
  });

  test("what was changed, cut, or signed by somebody else is refused", async () => {
    const headers = signed(platform, "push", body);
    const refused = { refused: "the signature does not fit the secret" };
    expect(await verify(headers, bytes('{"zen":"ünïcodE"}'))).toEqual(refused);
    expect(await verify(headers, body.slice(1))).toEqual(refused);
    expect(await verify(headers, body, ["another secret"])).toEqual(refused);
    expect(await verify(headers, body, [])).toEqual(refused);
    // A connection without a secret is open to nobody.
    expect(await verify(signed(platform, "push", body, ""), body, [""])).toEqual(refused);
  });

  test.each(["x-hub-signature-256", "x-gitea-signature"])(
    "a %s that is empty, short or no hex is refused",
    async (name) => {
      for (const value of [
        "",
        "sha256=",
        "sha256=00",
        `sha256=${"zz".repeat(32)}`,
        "0".repeat(63),
        "sha1=00",
      ]) {
        const headers = signed(platform, "push", body);
        headers.set(platform === "github" ? "x-hub-signature-256" : "x-gitea-signature", value);
        headers.set(name, value);
        expect(await verify(headers), value).toHaveProperty("refused");
      }
    },
  );

  test("without an id, an event or a signature nothing is taken", async () => {
    for (const name of [...signed(platform, "push", body).keys()].filter((key) =>
      key.includes(platform === "github" ? "" : "gitea"),
    )) {
      const headers = signed(platform, "push", body);
      headers.delete(name);
      expect(await verify(headers), name).toHaveProperty("refused");
    }
  });

  test.each(moments.filter((moment) => moment[platform] !== null))("$title", (moment) => {
    const { event, payload } = moment[platform] as { event: string; payload: object };
    const { news } = moment;
    const told =
      platform === "github" && moment.given && "issue" in news
        ? { ...news, issue: { ...(news.issue as object), given: moment.given } }
        : news;
    expect(source.read(event, payload)).toEqual({ webhook: { ...where, news: told } });
  });

  test("what says nothing to Tamma is ignored, and why is told", () => {
    expect(source.read("push", ignored[platform].payload)).toEqual({
      ignored: '"refs/tags/v1" is no branch',
    });
    expect(source.read("watch", around)).toEqual({ ignored: 'nothing is done on "watch"' });
    const pinned = { ...moments[0]?.[platform]?.payload, action: "pinned" };
    expect(source.read("issues", pinned)).toEqual({
      ignored: 'nothing is done on "issues" with the action "pinned"',
    });
    for (const event of ["constructor", "__proto__", "toString", ""])
      expect(source.read(event, around)).toHaveProperty("ignored");
  });

  test("a payload that is not what is documented is told by its field", () => {
    expect(source.read("push", { ...around, ref: "refs/heads/main", before: "x", after: "y" })).toMatchObject(
      {
        malformed: expect.stringMatching(/^before: /),
      },
    );
    expect(source.read("issues", null)).toMatchObject({ malformed: expect.stringMatching(/^the payload: /) });
  });

  test.each([0, -3, 1.5, 2 ** 53, 1e300, "7"])("%j as a number or an id is refused with its field", (odd) => {
    const refused = new Set<string>();
    for (const { event, payload } of moments.flatMap((moment) => moment[platform] ?? []))
      for (const [path, broken] of withEach(payload, /^(?:number|(?:in_reply_to_)?id)$/, odd)) {
        const reading = source.read(event, broken);
        // What Tamma does not read of a payload may say anything.
        if (!("malformed" in reading)) expect(reading).toEqual(source.read(event, payload));
        else if (reading.malformed.startsWith(`${path}: `)) refused.add(path);
      }
    const common = ["repository.id", "sender.id", "issue.number", "comment.id", "issue.user.id"];
    const pull = platform === "github" ? ["pull_request.number"] : ["number"];
    expect([...refused]).toEqual(expect.arrayContaining([...common, ...pull]));
  });

  test("a number beyond what any repository holds is refused", () => {
    const [told] = moments.flatMap((moment) => moment[platform] ?? []);
    const [huge] = [...withEach(told?.payload ?? {}, /^number$/, 2 ** 31)];
    expect(source.read("issues", huge?.[1])).toEqual({
      malformed: expect.stringMatching(/^issue\.number: /),
    });
  });

  test("garbage is malformed or ignored, whatever it is", () => {
    const events = [...new Set(moments.flatMap((moment) => moment[platform]?.event ?? []))];
    const payloads = moments.flatMap((moment) => moment[platform]?.payload ?? []);
    const broken = fc
      .tuple(fc.constantFrom(...payloads), fc.array(fc.tuple(fc.nat(), fc.anything()), { maxLength: 3 }))
      .map(([payload, changes]) =>
        changes.reduce((now, [n, value]) => replaced(now, n, value), payload as unknown),
      );
    fc.assert(
      fc.property(fc.constantFrom(...events), fc.oneof(broken, fc.anything()), (event, payload) => {
        const reading = source.read(event, payload);
        expect(Object.keys(reading)).toHaveLength(1);
      }),
      { numRuns: fuzzRuns },
    );
  });
});

/** `value` in place of the `n`th of all values inside `payload`, counted around. */
function replaced(payload: unknown, n: number, value: unknown): unknown {
  const paths: string[][] = [];
  const walk = (part: unknown, path: string[]) => {
    if (typeof part !== "object" || part === null) return;
    for (const [key, inner] of Object.entries(part)) {
      paths.push([...path, key]);
      walk(inner, [...path, key]);
    }
  };
  walk(payload, []);
  const path = paths[n % Math.max(1, paths.length)] ?? [];
  const put = (part: unknown, [key, ...rest]: string[]): unknown => {
    if (key === undefined) return value;
    const inner = (part as Record<string, unknown>)[key];
    const next = put(inner, rest);
    return Array.isArray(part)
      ? part.map((one, i) => (String(i) === key ? next : one))
      : { ...(part as object), [key]: next };
  };
  return path.length === 0 ? payload : put(payload, path);
}

/** The payload with `value` at each place whose name fits, and that place. */
function* withEach(
  payload: unknown,
  name: RegExp,
  value: unknown,
  path: readonly string[] = [],
): Generator<[string, unknown]> {
  if (typeof payload !== "object" || payload === null) return;
  for (const [key, inner] of Object.entries(payload)) {
    const put = (changed: unknown) =>
      Array.isArray(payload)
        ? payload.map((one, n) => (String(n) === key ? changed : one))
        : { ...payload, [key]: changed };
    if (name.test(key)) yield [[...path, key].join("."), put(value)];
    for (const [at, changed] of withEach(inner, name, value, [...path, key])) yield [at, put(changed)];
  }
}

test("Gitea's accounts of its own are known: of somebody who is gone, and of its Actions", () => {
  const { payload } = moments[0]?.gitea ?? { payload: {} };
  const actions = { id: -2, login: "gitea-actions" };
  const ghost = { id: -1, login: "Ghost" };
  const told = {
    ...payload,
    sender: actions,
    issue: { ...("issue" in payload ? (payload.issue as object) : {}), user: ghost },
  };
  expect(webhookSources.gitea.read("issues", told)).toMatchObject({
    webhook: { sender: { id: "-2", bot: true }, news: { issue: { author: { id: "-1", bot: false } } } },
  });
  expect(webhookSources.github.read("issues", told)).toHaveProperty("malformed");
});

describe("recorded payloads", () => {
  test("all of GitHub's own examples are read or ignored", () => {
    const seen = examples.flatMap(({ name, examples }) =>
      examples.map((payload) => [name, webhookSources.github.read(name, payload)] as const),
    );
    expect(seen.filter(([, reading]) => "malformed" in reading)).toEqual([]);
    expect(new Set(seen.flatMap(([name, reading]) => ("webhook" in reading ? [name] : [])))).toEqual(
      new Set(githubEvents),
    );
  });

  const recordings = join(import.meta.dirname, "../../../shared/contracts/gitea/webhooks");
  test.skipIf(!existsSync(recordings))("all recorded payloads of Gitea are read or ignored", () => {
    const readings = readdirSync(recordings).map((file) => {
      const payload = JSON.parse(readFileSync(join(recordings, file), "utf8"));
      return [file, webhookSources.gitea.read(eventOf(payload), payload)] as const;
    });
    expect(readings.filter(([, reading]) => "malformed" in reading)).toEqual([]);
    expect(readings.filter(([, reading]) => "webhook" in reading).length).toBeGreaterThan(30);
  });
});

const githubEvents = [
  ...["check_run", "check_suite", "issue_comment", "issues", "pull_request", "pull_request_review", "push"],
  ...["pull_request_review_comment", "pull_request_review_thread", "status", "workflow_job", "workflow_run"],
];

/** Recordings do not keep headers; the payload shows which event it was. */
function eventOf(payload: Record<string, unknown>): string {
  if ("review" in payload && payload.action === "reviewed") {
    const type = String((payload.review as { type: string }).type);
    if (type.endsWith("approved")) return "pull_request_approved";
    return type.endsWith("rejected") ? "pull_request_rejected" : "pull_request_comment";
  }
  if ("comment" in payload) return "issue_comment";
  if ("pull_request" in payload) return "pull_request";
  if ("issue" in payload) return "issues";
  return "commits" in payload ? "push" : "create";
}
