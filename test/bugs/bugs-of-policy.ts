import type { Bug } from "./bug.ts";

const policy = "core/domain/policy";

/** Mistakes in who may do what, and in what counts as proven. */
export const bugsOfPolicy: Bug[] = [
  {
    name: "fourth-retry",
    does: "a gate is tried four times after its first attempt",
    file: `${policy}/gates.ts`,
    find: "attempts.failed >= retriesMax",
    replace: "attempts.failed > retriesMax",
    attacks: "3",
  },
  {
    name: "same-failure-again",
    does: "the same failure twice in a row does not end the retries",
    file: `${policy}/gates.ts`,
    find: "if (last && last.fingerprint === fingerprint)",
    replace: "if (last && last.fingerprint === fingerprint && last.n < 0)",
    attacks: "3",
  },
  {
    name: "no-check-is-green",
    does: "a commit that no check looked at counts as green",
    file: `${policy}/gates.ts`,
    find: "if (required.length === 0) return facts.settings.noChecksAreGreen;",
    replace: "if (required.length === 0) return true;",
    attacks: "2",
    slow: true,
  },
  {
    name: "weaker-tests-pass",
    does: "a yes to weaker tests of one tree counts for every later tree",
    file: `${policy}/modes.ts`,
    find: "a.kind === kind && a.subject === subject && a.stale === null",
    replace: 'a.kind === kind && (a.subject === subject || kind === "tests") && a.stale === null',
    attacks: "2",
    slow: true,
  },
  {
    name: "requester-approves",
    does: "in guardian the requester may approve his own wish",
    file: `${policy}/modes.ts`,
    find: "if (checkpoint.notRequester && by.id === requester.id)",
    replace: 'if (checkpoint.notRequester && by.id === "")',
    attacks: "2",
  },
  {
    name: "yes-ahead-of-risk",
    does: "--yes is taken for a change that a person has to look at",
    file: `${policy}/modes.ts`,
    find: 'if ((via === "--yes" || via === "pre-approved") && checkpoint.reserved.length > 0)',
    replace: 'if (via === "pre-approved" && checkpoint.reserved.length > 0)',
    attacks: "2",
  },
  {
    name: "breaking-is-no-risk",
    does: "a breaking change may be approved before anybody saw it",
    file: `${policy}/risk.ts`,
    find: 'if (change.breaking) items.push({ kind: "breaking", detail: change.detail });',
    replace: 'if (change.breaking && !change.path) items.push({ kind: "breaking", detail: change.detail });',
    attacks: "2",
    slow: true,
  },
  {
    name: "receipts-are-believed",
    does: "receipts of another tree prove this one",
    file: "core/domain/loop/receipt-rules.ts",
    find: 'if (kind !== "red" && tree !== asked.tree)',
    replace: 'if (kind !== "red" && tree === "")',
    attacks: "2",
  },
  {
    name: "perhaps-merged-is-forgotten",
    does: "a merge whose runner was lost counts as one that did not happen",
    file: `${policy}/gates.ts`,
    find: "return merging !== null && merging.head !== null && merging.head === head;",
    replace: "return merging !== null && head === null;",
    attacks: "7",
  },
];
