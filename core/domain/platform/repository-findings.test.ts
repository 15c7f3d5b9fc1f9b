import { expect, test } from "vitest";
import { type OfConnection, repositoryFindings } from "./repository-findings.ts";
import type { RepositoryFacts } from "./setup-facts.ts";

const webhookUrl = "https://tamma.example.org/webhooks/github/work";
const connection = { id: "work", webhookUrl, webhookPath: "/webhooks/github/work", label: "tamma" };
const now = {
  ...{ id: "7", name: "acme/shop", defaultBranch: "main", archived: false, empty: false },
  permission: "admin" as const,
};
const good: RepositoryFacts = {
  ...{ id: "7", name: "acme/shop", defaultBranch: "main", wantsWebhook: true, hasPresentSecret: true },
  now: { told: now },
  webhooks: { told: [{ url: webhookUrl, active: true }] },
  lost: { told: { count: 0, hours: 24 } },
  label: { told: true },
  rules: { told: { protected: true, approvals: 0, mayMerge: true } },
};
const found = (change: Partial<RepositoryFacts>, of: OfConnection = connection) =>
  repositoryFindings({ ...good, ...change }, of);
const notOk = (findings: ReturnType<typeof repositoryFindings>) =>
  findings.filter(({ state }) => state !== "ok").map(({ state, what }) => `${state}: ${what}`);
const failed = (kind: string) => ({ failed: { kind, message: "in its own words" } });
const again = "tamma repos add acme/shop --connection work";

test("a repository that is set up well is ok in everything", () => {
  const findings = found({});
  expect(notOk(findings)).toEqual([]);
  expect(findings.length).toBeGreaterThanOrEqual(6);
  expect(findings.every(({ repository }) => repository === "acme/shop")).toBe(true);
});

const told = (change: object) => ({ now: { told: { ...now, ...change } } });
const webhooks = (...all: [string, boolean][]) => ({
  webhooks: { told: all.map(([url, active]) => ({ url, active })) },
});
const rules = (change: object) => ({
  rules: { told: { protected: true, approvals: 0, mayMerge: true, ...change } },
});

test.each<[string, Partial<RepositoryFacts>, string, string]>([
  ["archived", told({ archived: true }), "wrong: it is archived", "archive"],
  ["read only", told({ permission: "read" }), "wrong: the connection may only read it", "write access"],
  ["not for us", told({ permission: "none" }), "wrong: the connection may do nothing there", "write access"],
  ["renamed", told({ name: "acme/store" }), "warning: it is called acme/store now", "rename"],
  [
    "of another default branch",
    told({ defaultBranch: "trunk" }),
    "warning: its default branch is trunk",
    "main",
  ],
  ["another one", told({ id: "8" }), "wrong: another repository has this name now", again],
  ["without a webhook", webhooks(), "wrong: its webhook is gone", again],
  ["with it off", webhooks([webhookUrl, false]), "wrong: its webhook is switched off", again],
  [
    "with two of them",
    webhooks([webhookUrl, true], [webhookUrl, true]),
    "warning: it has 2 webhooks",
    "all but the newest",
  ],
  ["with the secret before", { hasPresentSecret: false }, "warning: its webhook still signs", again],
  [
    "with an old address of ours",
    webhooks([webhookUrl, true], ["https://old.example.org/webhooks/github/work", true]),
    "warning: another webhook leads to https://old.example.org",
    "remove it",
  ],
  [
    "with lost deliveries",
    { lost: { told: { count: 3, hours: 24 } } },
    "warning: 3 deliveries failed",
    "webhook's page",
  ],
  ["without the label", { label: { told: false } }, "warning: the label tamma is gone", again],
  ["without its branch", { rules: { told: null } }, "wrong: there is no branch main", "make it"],
  ["unprotected", rules({ protected: false }), "warning: main is not protected", "protect it"],
  [
    "closed to our merges",
    rules({ mayMerge: false }),
    "wrong: the connection may not merge into main",
    "add",
  ],
  [
    "that hides webhooks",
    { webhooks: failed("forbidden") },
    "warning: its webhooks are not shown",
    "administrator",
  ],
  ["that hides deliveries", { lost: failed("forbidden") }, "warning: its deliveries are not shown", "page"],
  ["that hides labels", { label: failed("forbidden") }, "warning: whether there is a label tamma", "issues"],
  [
    "that hides rules",
    { rules: failed("forbidden") },
    "warning: what protects main is not shown",
    "yourself",
  ],
  ["that is not seen", { now: failed("not-found") }, "wrong: this connection does not see it", "access"],
  ["that refuses", { now: failed("auth") }, "wrong: the platform refuses the credential", "rotate work"],
  ["that does not answer", { now: failed("transient") }, "wrong: it could not be looked at", "up"],
  ["that moved", { now: failed("validation") }, "wrong: it does not answer to this name", "rename it back"],
  [
    "that is asked too often",
    { now: failed("rate-limited") },
    "warning: it could not be looked at now",
    "later",
  ],
])("a repository %s: one finding with what to do", (_, change, what, todo) => {
  const findings = found(change);
  expect(notOk(findings)).toEqual([expect.stringContaining(what)]);
  const [finding] = findings.filter(({ state }) => state !== "ok");
  expect(finding?.todo).toContain(todo);
  expect(finding?.why).toBeTruthy();
});

test("an empty repository is told once, and not again as a branch that is missing", () => {
  expect(notOk(found({ ...told({ empty: true }), rules: { told: null } }))).toEqual([
    "wrong: it has no commit",
  ]);
});

test("webhooks of chats and of others are nobody's business here", () => {
  const chat: [string, boolean] = ["https://chat.example.org/hooks/1", true];
  expect(notOk(found(webhooks([webhookUrl, true], chat, ["no address", true])))).toEqual([]);
});

test("a repository that was added without a webhook misses none", () => {
  expect(notOk(found({ wantsWebhook: false, ...webhooks(), lost: null }))).toEqual([]);
});

test("without an address there can be no webhook, which the connection says", () => {
  const of = { ...connection, webhookUrl: null };
  expect(notOk(found(webhooks(), of))).toEqual([]);
});

test("approvals and what is not shown are told where the branch is protected", () => {
  const line = (change: object) => found(rules(change)).find(({ what }) => what.includes("protected"));
  expect(line({ approvals: 2 })?.what).toContain("takes 2 approvals");
  expect(line({ approvals: 1 })?.what).toContain("takes 1 approval");
  expect(line({ mayMerge: null })?.why).toContain("only a merge will tell");
  expect(line({ approvals: null })?.why).toContain("only a merge will tell");
});
