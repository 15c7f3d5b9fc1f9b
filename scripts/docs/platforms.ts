import type { Capabilities } from "@tamma/core/domain/platform/capabilities.ts";
import type { AccessRight } from "@tamma/core/domain/platform/setup-facts.ts";
import { capabilitiesOf } from "@tamma/core/platforms/gitea/capabilities.ts";
import { giteaRights } from "@tamma/core/platforms/gitea/rights.ts";
import { featuresOf } from "@tamma/core/platforms/gitea/version.ts";
import { githubCapabilities } from "@tamma/core/platforms/github/capabilities.ts";
import { githubPermissions, githubScopes } from "@tamma/core/platforms/github/rights.ts";
import { plainGitCapabilities } from "@tamma/core/platforms/plain-git/capabilities.ts";
import { code, table } from "./markdown.ts";

/** Those in which something changed, the oldest first; each stands for what comes after it as well. */
const giteaMinors = [22, 25, 26, 28];
/** Gitea's own default for the most of one page. */
const giteaPageSize = 50;

/** As a repository whose settings allow every way of merging. */
const github = (version: string | null) => {
  const names = { id: "1", full_name: "", html_url: "", clone_url: "", default_branch: "main" };
  return githubCapabilities({ ...names, allow_auto_merge: true }, version, true);
};

const columns: readonly [head: string, can: Capabilities][] = [
  ["GitHub", github(null)],
  ["GitHub Enterprise Server", github("3.19")],
  ...giteaMinors.map((minor): [string, Capabilities] => {
    const version = `1.${minor}.0`;
    return [`Gitea 1.${minor}`, capabilitiesOf(version, featuresOf(version), giteaPageSize)];
  }),
  ["plain Git", plainGitCapabilities],
];

type Key = Exclude<keyof Capabilities, "platform" | "version">;

/** Each capability in words; one without words here does not compile. */
const meanings: Readonly<Record<Key, string>> = {
  draft: "how a pull request is kept from being merged",
  mergeMethods: "ways of merging",
  headGuard: "a merge is bound to the head that was approved",
  mergeQueue: "merge queue, where the branch has one",
  autoMerge: "merging as soon as the rules allow, where that is switched on",
  inlineComments: "comments of a review at lines",
  resolveThreads: "threads are marked as resolved",
  requestChanges: "a review can request changes",
  selfApproval: "an author may approve his own",
  suggestions: "proposed lines are taken over by a click",
  reactions: "reactions under comments",
  dispatch: "a workflow is started",
  logs: "logs of failed runs are read",
  cancelRun: "a run is cancelled",
  rerunFailed: "failed jobs are run again",
  verdicts: "verdicts on a commit",
  requiredChecks: "which checks a branch requires is known",
  redeliver: "deliveries that failed are asked for again",
  oidc: "runs prove who they are by a signed token",
  contents: "branches and files are read without git",
  permissions: "who may do what is told, and people can be assigned and asked",
  setup: "people start loops there, by webhooks that are set up",
  commentCharsMax: "characters of a comment",
  pageSizeMax: "items of a page of a list",
};

const words: Readonly<Record<string, string>> = {
  "title-prefix": "prefix of the title",
  "run-id": "yes, its id comes back",
  correlate: "yes, the run is looked for",
  none: "no",
  batch: "all in one request",
  single: "one by one",
  "checks-and-statuses": "checks and statuses",
};

function cellOf(key: Key, value: Capabilities[Key]): string {
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "number")
    return value === Number.MAX_SAFE_INTEGER ? "all" : value.toLocaleString("en-GB");
  if (key === "mergeMethods") return (value as readonly string[]).join(", ") || "by git, in the runner";
  return words[String(value)] ?? String(value);
}

/** What each adapter says of itself, as the loop asks it. */
export function capabilityGrid(): string {
  const keys = Object.keys(meanings) as Key[];
  return table(
    ["capability", ...columns.map(([head]) => head)],
    keys.map((key) => [
      `${meanings[key]} (${code(key)})`,
      ...columns.map(([, can]) => cellOf(key, can[key])),
    ]),
  );
}

type Right = Pick<AccessRight, "name" | "why" | "needed"> & { readonly level?: string };

function rights(head: string, all: readonly Right[]): string {
  return table(
    [head, "needed", "what Tamma does with it"],
    all.map(({ name, level, needed, why }) => [
      code(level === undefined ? name : `${name}: ${level}`),
      needed ? "yes" : "no",
      why,
    ]),
  );
}

export const githubPermissionTable = () => rights("permission", githubPermissions);
export const githubScopeTable = () =>
  rights(
    "scope",
    githubScopes.map(({ name, needed, why }) => ({ name, needed, why })),
  );
export const giteaScopeTable = () => rights("scope", giteaRights);
