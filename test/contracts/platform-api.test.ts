import { type ApiRequest, path, platformApi } from "@tamma/core/platforms/_shared/api.ts";
import { PlatformError } from "@tamma/core/ports/platform.ts";
import { afterEach, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { type Reply, startWireServer, unusedUrl, type WireServer } from "./wire-server.ts";

const now = 1_796_000_000_000;
const shape = z.object({ id: z.number() });

let server: WireServer;
let pauses: number[];
let sent: string[];
beforeEach(async () => {
  server = await startWireServer();
  [pauses, sent] = [[], []];
});
afterEach(() => server[Symbol.asyncDispose]());

const apiAt = (baseUrl: string) =>
  platformApi({
    baseUrl,
    headers: async () => ({ authorization: "Bearer token-0123456789" }),
    fetch,
    now: () => now,
    pause: async (ms) => void pauses.push(ms),
    sent: ({ operation }) => void sent.push(operation),
  });
const api = () => apiAt(`${server.url}/api/v1`);

const reply = (status: number, body: unknown = {}, headers: Record<string, string> = {}): Reply => ({
  ...{ status, headers, body: typeof body === "string" ? body : JSON.stringify(body), ending: "end" },
});
const get: ApiRequest = { operation: "getIssue", method: "GET", path: path`/issues/${1}` };
const post: ApiRequest = {
  ...{ operation: "comment", method: "POST", path: path`/comments`, body: { text: "é" } },
};

async function failing(work: Promise<unknown>): Promise<PlatformError> {
  const thrown = await work.then(
    () => expect.fail("it did not fail"),
    (error: unknown) => error,
  );
  if (thrown instanceof PlatformError) return thrown;
  throw thrown;
}

test("a request carries token, query and body, and its answer comes in the promised shape", async () => {
  server.replyWith(reply(201, { id: 7, more: true }));
  expect(await api().ask({ ...post, query: { page: 2, all: true } }, shape)).toEqual({ id: 7 });
  expect(server.requests).toMatchObject([
    { method: "POST", path: "/api/v1/comments?page=2&all=true", body: { text: "é" } },
  ]);
  expect(server.requests[0]?.headers.authorization).toBe("Bearer token-0123456789");
});

test.each([
  ["a/b", "a%2Fb"],
  ["...", "..."],
  ["?x#y", "%3Fx%23y"],
  ["näme", "n%C3%A4me"],
  ["%2e%2e", "%252e%252e"],
  ["../admin", "..%2Fadmin"],
  ["\\..\\", "%5C..%5C"],
])("a value %j in a path is one segment of it", async (value, segment) => {
  server.replyWith(reply(200, { id: 1 }));
  await api().ask({ ...get, path: path`/repos/${value}/issues` }, shape);
  expect(server.requests[0]?.path).toBe(`/api/v1/repos/${segment}/issues`);
});

test.each(["", ".", ".."])("a value %j, which would lead elsewhere, is refused", (value) => {
  expect(() => path`/repos/${value}/issues`).toThrow("cannot be a part of an address");
});

test.each<[number, string, Record<string, string>, string, number | null]>([
  [400, "validation", {}, "no", null],
  [401, "auth", {}, "no", null],
  [403, "forbidden", {}, "no", null],
  [403, "rate-limited", { "retry-after": "60" }, "no", now + 60_000],
  [
    403,
    "rate-limited",
    { "x-ratelimit-remaining": "0", "x-ratelimit-reset": "1796000300" },
    "no",
    now + 300_000,
  ],
  [403, "rate-limited", {}, "You have exceeded a secondary rate limit", null],
  [404, "not-found", {}, "no", null],
  [409, "conflict", {}, "no", null],
  [413, "validation", {}, "no", null],
  [418, "validation", {}, "no", null],
  [422, "validation", {}, "no", null],
  [423, "forbidden", {}, "no", null],
  [429, "rate-limited", { "retry-after": "999999999" }, "no", null],
  [429, "rate-limited", { "retry-after": "86400" }, "no", now + 3_600_000],
  [500, "transient", {}, "no", null],
  [503, "transient", { "retry-after": "5" }, "no", now + 5_000],
])("%d is %s", async (status, kind, headers, message, retryAt) => {
  server.replyWith(reply(status, { message }, headers));
  const error = await failing(api().tell(post));
  expect(error).toMatchObject({ kind, operation: "comment", retryAt });
  expect(error.message).toBe(`comment: ${status} ${message}`);
  // What changes something is never sent twice by itself.
  expect(sent).toEqual(["comment"]);
});

test("an error has the platform's words, its fields and its name of the request, and no page", async () => {
  const errors = [{ field: "head", code: "invalid" }];
  server.replyWith(reply(422, { message: "Validation Failed", errors }, { "x-github-request-id": "A1:B2" }));
  expect((await failing(api().tell(post))).message).toBe(
    'comment: 422 Validation Failed: [{"field":"head","code":"invalid"}] (request A1:B2)',
  );
  server.replyWith(reply(502, "<!DOCTYPE html><html>secret page"));
  expect((await failing(api().tell(post))).message).toBe(
    "comment: 502 a web page, and no answer of the platform's API",
  );
  server.replyWith(reply(400, "x".repeat(100_000)));
  expect((await failing(api().tell(post))).message.length).toBeLessThan(400);
  server.replyWith(reply(500, ""));
  expect((await failing(api().tell(post))).message).toBe("comment: 500 without a word");
});

test("what is only read is read again when the platform stumbles, twice at most", async () => {
  server.replyWith(reply(502), { ...reply(200, '{"id":'), ending: "reset" }, reply(200, { id: 3 }));
  expect(await api().ask(get, shape)).toEqual({ id: 3 });
  expect(pauses).toEqual([250, 1_000]);
  server.replyWith(reply(503));
  expect((await failing(api().ask(get, shape))).kind).toBe("transient");
  expect(sent).toHaveLength(6);
  // It said when: asking before that would be rude.
  server.replyWith(reply(503, {}, { "retry-after": "30" }));
  expect((await failing(api().ask(get, shape))).retryAt).toBe(now + 30_000);
  expect(sent).toHaveLength(7);
});

test("a platform that cannot be reached is transient, with the reason", async () => {
  const error = await failing(apiAt(await unusedUrl()).tell(post));
  expect(error).toMatchObject({ kind: "transient", operation: "comment" });
  expect(error.message).toMatch(/no answer: .*ECONNREFUSED/);
});

test("an answer in another shape names the field; one without JSON, too", async () => {
  server.replyWith(reply(200, { id: "seven" }));
  expect((await failing(api().ask(get, shape))).message).toMatch(/^getIssue: not what .*: id: /);
  server.replyWith(reply(200, "<html>Log in</html>"));
  expect((await failing(api().ask(get, shape))).message).toMatch(/: the answer: /);
});

test("what the platform does not know is null where that is an answer", async () => {
  server.replyWith(reply(404, { message: "Not Found" }));
  expect(await api().find(get, shape)).toBeNull();
  server.replyWith(reply(401, { message: "Bad credentials" }));
  expect((await failing(api().find(get, shape))).kind).toBe("auth");
});

test("a moved repository is told with its new address, and the token does not follow", async () => {
  const other = await startWireServer();
  other.replyWith(reply(200, { id: 1 }));
  server.replyWith(reply(301, {}, { location: `${other.url}/elsewhere` }));
  const error = await failing(api().ask(get, shape));
  expect(error.message).toContain(`it is at another address now: ${other.url}/elsewhere`);
  expect(other.requests).toEqual([]);
  await other[Symbol.asyncDispose]();
});

const items = z.array(z.object({ id: z.number() }));
const page = (ids: number[], next?: string) =>
  reply(
    200,
    ids.map((id) => ({ id })),
    next ? { link: `<${next}>; rel="next", <x>; rel="last"` } : {},
  );

test("a list comes page by page, to its end or to as many as are wanted", async () => {
  const at = (n: number) => `${server.url}/api/v1/issues?page=${n}`;
  server.replyWith(page([1, 2], at(2)), page([3, 4], at(3)), page([5]));
  expect(await api().list(get, items, 100)).toEqual({
    items: [1, 2, 3, 4, 5].map((id) => ({ id })),
    more: false,
  });
  expect(server.requests.map((seen) => seen.path).slice(1)).toEqual([
    "/api/v1/issues?page=2",
    "/api/v1/issues?page=3",
  ]);
  server.replyWith(page([1, 2], at(2)), page([3, 4], at(3)), page([5]));
  expect(await api().list(get, items, 3)).toEqual({ items: [1, 2, 3].map((id) => ({ id })), more: true });
});

test("a list that leads elsewhere, or in a circle, is left", async () => {
  server.replyWith(page([1], "http://127.0.0.1:1/evil"));
  expect((await api().list(get, items, 10)).items).toEqual([{ id: 1 }]);
  server.replyWith(page([1], `${server.url}/api/v1/issues/1`));
  expect((await api().list(get, items, 10)).items).toEqual([{ id: 1 }]);
  let n = 0;
  const endless = apiAt(`${server.url}/api/v1`);
  server.replyWith(
    ...Array.from({ length: 200 }, () => page([n++], `${server.url}/api/v1/issues?page=${n}`)),
  );
  expect((await endless.list(get, items, 1_000)).items).toHaveLength(100);
});
