import fc from "fast-check";
import { expect, test } from "vitest";
import { createClient } from "./testing/client.ts";
import { designLoop } from "./testing/sample-loops.ts";

const runs = process.env.TAMMA_TEST_ALL === "1" ? 3_000 : 150;
const loop = encodeURIComponent("local/r1/12#1");
const job = encodeURIComponent("local/r1/12#1~j3");

const commands = [
  "/api/v1/repositories",
  "/api/v1/repositories/r1/issues",
  "/api/v1/loops",
  `/api/v1/loops/${loop}/checkpoints/c1`,
  `/api/v1/loops/${loop}/questions`,
  `/api/v1/loops/${loop}/escalations/e1`,
  `/api/v1/loops/${loop}/retry`,
  `/api/v1/loops/${loop}/pause`,
  `/api/v1/loops/${loop}/escalate`,
  `/api/v1/loops/${loop}/cancel`,
  `/api/v1/loops/${loop}/comments`,
  "/api/v1/runners",
];
const runnerCalls = [
  "/runner/v1/token",
  "/runner/v1/lease",
  "/runner/v1/refs",
  ...["heartbeat", "log", "result", "turn"].map((what) => `/runner/v1/jobs/${job}/${what}`),
];
const all = [...commands, ...runnerCalls];

function post(path: string, body: BodyInit, headers: Record<string, string> = {}) {
  const client = createClient();
  client.orchestrator.tokens.set("good-runner-token", "runner-1");
  client.orchestrator.put(designLoop());
  const token = path.startsWith("/runner/") ? "good-runner-token" : client.env.TAMMA_TOKEN;
  const all = { authorization: `Bearer ${token}`, "content-type": "application/json", ...headers };
  return client.request(path, { method: "POST", headers: all, body });
}

/** Refused with a reason and a next step, as RFC 9457 has it; never a fault of ours. */
async function expectProblem(answer: Response, at: string): Promise<Record<string, string>> {
  expect(answer.status, at).toBeGreaterThanOrEqual(400);
  expect(answer.status, at).toBeLessThan(500);
  const problem = (await answer.json()) as Record<string, string>;
  expect(problem.code, at).toBeTruthy();
  expect(problem.todo, at).toBeTruthy();
  return problem;
}

test.each<[string, BodyInit, string]>([
  ["half of a JSON", '{"title": "a', "bad-json"],
  ["bytes that are no UTF-8", Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]), "bad-json"],
  ["JSON of no depth that anybody needs", `${"[".repeat(200_000)}${"]".repeat(200_000)}`, "bad-input"],
  ["a number", "42", "bad-input"],
  ["nothing that is something", "null", "bad-input"],
  ["a list", "[{}]", "bad-input"],
  ["a text", '"title"', "bad-input"],
])("%s is refused on every route that takes a body", async (_, body, code) => {
  for (const path of all) {
    const problem = await expectProblem(await post(path, body), path);
    expect([code, "bad-token"], path).toContain(problem.code);
  }
});

test("a body above its limit is refused, also when its length is a lie", async () => {
  const large = new Uint8Array(17 * 1024 * 1024).fill(0x78);
  const result = `/runner/v1/jobs/${job}/result`;
  for (const path of ["/api/v1/loops", "/api/v1/repositories/r1/issues", "/runner/v1/lease", result]) {
    const problem = await expectProblem(await post(path, large), path);
    expect(problem.code, path).toBe("body-too-large");
    expect(problem.detail).toMatch(/larger than \d+ bytes/);
  }
  const lie = await post("/api/v1/loops", "{}", { "content-length": "999999999" });
  expect(lie.status).toBe(413);
});

test.each<[string, unknown, RegExp]>([
  ["an empty title", { title: "" }, /title/],
  ["a title of blanks", { title: " \t\n " }, /title/],
  ["a title of 100 KB", { title: "x".repeat(100_000) }, /title.*300/],
  ["a title that is a number", { title: 7 }, /title/],
  ["a text of more than a million characters", { title: "a", body: "x".repeat(1_000_001) }, /body.*1000000/],
  [
    "a text that takes more bytes than a row",
    { title: "a", body: "界".repeat(900_000) },
    /body.*1900000 bytes/,
  ],
  ["a text of control characters", { title: "a", body: "\u0000".repeat(900_000) }, /body.*1900000 bytes/],
  ["labels that are no list", { title: "a", labels: "bug" }, /labels/],
  ["a thousand labels", { title: "a", labels: Array.from({ length: 1_000 }, () => "l") }, /labels/],
  ["a field that nobody knows", { title: "a", assignee: "me" }, /assignee/],
  ["a prototype", JSON.parse('{"title": "a", "__proto__": {"body": 1}}'), /__proto__|proto/],
])("an issue with %s is refused, and the field and its limit are named", async (_, issue, words) => {
  const answer = await post("/api/v1/repositories/r1/issues", JSON.stringify(issue));
  const problem = await expectProblem(answer, "issue");
  expect(problem.detail).toMatch(words);
  expect(problem.detail?.length).toBeLessThan(1_000);
});

test("a text of a million letters, and one of odd letters, are taken", async () => {
  for (const body of ["x".repeat(1_000_000), "a\u0000b\u0007\u202E\u{1F600}\r\n\uFEFF"]) {
    const answer = await post(
      "/api/v1/repositories/r1/issues",
      JSON.stringify({ title: "\u{1F600} e\u0301", body }),
    );
    // The repository is not there in this account: what was sent is well.
    expect([201, 404]).toContain(answer.status);
  }
});

test("odd paths, queries and headers are refused or not found, and never a fault", async () => {
  const { request, env } = createClient();
  const authorization = `Bearer ${env.TAMMA_TOKEN}`;
  for (const path of [
    "/api/v1/loops/%E0%A4%A",
    "/api/v1/loops/%00",
    `/api/v1/loops/${"x".repeat(10_000)}`,
    `/api/v1/loops/${loop}/events?after=-1`,
    `/api/v1/loops/${loop}/events?after=1e99&limit=NaN`,
    `/api/v1/loops/${loop}/events?limit=501`,
    `/api/v1/loops/${loop}/state?at=zero`,
    `/api/v1/loops/${loop}/log?job=${"j".repeat(5_000)}`,
    "/api/v1/repositories/..%2F..%2Fetc/issues",
    "/api/v1/repositories/r1/issues/99999999999999999999",
    "/api/v1/repositories/r1/issues/1.5",
    "/api/v1/loops?state=everything",
  ]) {
    const answer = await request(path, { headers: { authorization, cookie: "a=".repeat(4_000) } });
    expect([path, answer.status >= 400 && answer.status < 500]).toEqual([path, true]);
  }
});

test("whoever has no token, or one of somebody else, gets nothing and is told what to do", async () => {
  const { request } = createClient();
  const wrong = [
    "",
    "Bearer",
    "Bearer ",
    "Bearer wrong",
    "Basic dXNlcjpwYXNz",
    "bearer\u00a0x",
    `Bearer ${"x".repeat(9_000)}`,
  ];
  for (const path of all)
    for (const authorization of wrong) {
      if (path === "/runner/v1/token") continue;
      const headers = { "content-type": "application/json", ...(authorization ? { authorization } : {}) };
      const answer = await request(path, { method: "POST", headers, body: "{}" });
      expect([path, authorization.slice(0, 20), answer.status]).toEqual([
        path,
        authorization.slice(0, 20),
        401,
      ]);
      expect(((await answer.json()) as { todo: string }).todo).toBeTruthy();
    }
});

test("whatever JSON comes, every route answers, and never with a fault of ours", async () => {
  const names = [
    "title",
    "body",
    "labels",
    "url",
    "repository",
    "issue",
    "subject",
    "decision",
    "answers",
    "choice",
    "text",
    "reason",
    "fence",
    "part",
    "offset",
    "turn",
    "request",
    "result",
    "heads",
    "config",
    "protocol",
    "waitMs",
    "loop",
    "name",
    "publicKey",
  ];
  const value = fc.oneof(fc.jsonValue(), fc.constantFrom(-1, 0, 1.5, 2 ** 53, "", "approve", null, [], {}));
  const body = fc.oneof(fc.jsonValue(), fc.dictionary(fc.constantFrom(...names), value));
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...all), body, async (path, sent) => {
      const answer = await post(path, JSON.stringify(sent));
      expect(answer.status, await answer.clone().text()).toBeLessThan(500);
    }),
    { numRuns: runs },
  );
});
