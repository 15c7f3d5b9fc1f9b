import { expect, test } from "vitest";
import { connectionFindings } from "./connection-findings.ts";
import type { AccessRight, ConnectionFacts } from "./setup-facts.ts";

const right = (name: string, needed: boolean, granted: boolean | null): AccessRight => ({
  ...{ name, needed, granted, why: `${name} is for something` },
});
const good: ConnectionFacts = {
  id: "work",
  baseUrl: "https://git.example.org",
  webhook: { url: "https://tamma.example.org/webhooks/gitea/work" },
  account: { told: { login: "tamma-bot", version: "1.27.0", rights: [right("repo", true, true)] } },
  clockAheadMs: 400,
};
const found = (change: Partial<ConnectionFacts>) => connectionFindings({ ...good, ...change });
const failed = (kind: string) => ({ failed: { kind, message: "401 Bad credentials" } });
const notOk = (findings: ReturnType<typeof connectionFindings>) =>
  findings.filter(({ state }) => state !== "ok").map(({ state, what }) => [state, what]);

test("a good connection is ok in everything, and says whose it is", () => {
  const findings = found({});
  expect(findings.map(({ state }) => state)).toEqual(["ok", "ok", "ok", "ok"]);
  expect(findings[0]?.what).toContain("tamma-bot at https://git.example.org, version 1.27.0");
  expect(findings.every(({ repository, todo }) => repository === null && todo === null)).toBe(true);
});

test.each([
  ["auth", "wrong", "refuses the credential", "tamma connections rotate work"],
  ["forbidden", "wrong", "does not show whose it is", "tamma connections rotate work"],
  ["transient", "wrong", "does not answer", "see that it is up"],
  ["unsupported", "wrong", "cannot be worked with", "look again"],
  ["rate-limited", "warning", "asks Tamma to wait", "later"],
])("%s is %s, with the platform's words and what to do", (kind, state, what, todo) => {
  const [finding, ...more] = found({ account: failed(kind) });
  expect(finding).toMatchObject({ state, why: "401 Bad credentials" });
  expect(finding?.what).toContain(what);
  expect(finding?.todo).toContain(todo);
  // Its clock and rights say nothing then; the address of webhooks does.
  expect(more.map(({ what }) => what)).toEqual([expect.stringContaining("webhooks come to")]);
});

test("a missing right is wrong when it is needed, else a warning; what is not told is left open", () => {
  const rights = [right("repo", true, false), right("workflow", false, false), right("user", true, true)];
  const account = (rights: AccessRight[]) => ({ told: { login: "bot", version: null, rights } });
  expect(notOk(found({ account: account(rights) }))).toEqual([
    ["wrong", "repo is not granted"],
    ["warning", "workflow is not granted"],
  ]);
  const untold = found({ account: account([right("repo", true, null)]) });
  expect(notOk(untold)).toEqual([]);
  expect(untold[1]?.what).toContain("does not tell");
});

test.each([
  [60_000, "ok"],
  [-60_000, "ok"],
  [60_001, "warning"],
  [-3_600_000, "warning"],
])("a clock that is %i ms ahead is %s", (clockAheadMs, state) => {
  const clock = found({ clockAheadMs }).find(({ what }) => what.includes("clock"));
  expect(clock?.state).toBe(state);
  if (state === "warning") expect(clock?.what).toContain(clockAheadMs > 0 ? "ahead of" : "behind");
});

test("an answer without a date says nothing of the clock", () => {
  expect(found({ clockAheadMs: null }).some(({ what }) => what.includes("clock"))).toBe(false);
});

test("no address for webhooks is wrong; one in a private network is doubted for a platform outside", () => {
  const none = { url: null, why: "it is a loopback", todo: "give another" };
  expect(notOk(found({ webhook: none }))).toEqual([["wrong", expect.stringContaining("no address")]]);
  const inside = { webhook: { url: "http://10.0.0.7:4747/webhooks/gitea/work" } };
  expect(notOk(found(inside))).toEqual([["warning", expect.stringContaining("10.0.0.7")]]);
  expect(notOk(found({ ...inside, baseUrl: "http://192.168.1.2" }))).toEqual([]);
  expect(notOk(found({ ...inside, baseUrl: "http://localhost:3000" }))).toEqual([]);
});
