import type { SimulatedForge } from "./index.ts";
import type { Issue, Repository } from "./model/types.ts";
import type { SeenRequest } from "./server.ts";

/** What happened on a simulated platform, for people to read: the platform itself has no pages. */
export interface Account {
  readonly platform: string;
  readonly simulated: true;
  readonly url: string;
  readonly repository: string;
  /** Branches with the commits they are at. */
  readonly branches: Readonly<Record<string, string>>;
  readonly issues: readonly Conversation[];
  readonly pulls: readonly (Conversation & {
    readonly branch: string;
    readonly checks: readonly string[];
    /** Null until it is merged. */
    readonly merged: { readonly sha: string; readonly by: string } | null;
  })[];
  readonly webhooks: { readonly sent: number; readonly refused: number };
  /** Requests to the platform's API; clones and pushes are not among them. */
  readonly requests: {
    readonly answered: number;
    readonly refused: number;
    /** How many of each route, refused ones too; the most frequent first. */
    readonly byRoute: Readonly<Record<string, number>>;
  };
}

interface Conversation {
  readonly number: number;
  readonly title: string;
  readonly state: "open" | "closed";
  readonly labels: readonly string[];
  /** Their first lines, the oldest first. */
  readonly comments: readonly { readonly by: string; readonly says: string }[];
}

/** Everything as it is now. */
export function accountOf(forge: SimulatedForge, platform: string, name: string): Account {
  const repository = forge.repository(name);
  const all = [...repository.issues.values()];
  const deliveries = repository.hooks.flatMap((hook) => forge.webhooks.deliveries(hook));
  const fine = (status: number | null) => status !== null && status < 400;
  const answered = forge.requests.filter(({ status }) => fine(status)).length;
  return {
    ...{ platform, simulated: true, url: forge.url, repository: repository.fullName },
    branches: Object.fromEntries(repository.refs),
    issues: all.filter(({ pull }) => pull === null).map(conversationOf),
    pulls: all.flatMap((issue) => {
      const { pull } = issue;
      if (!pull) return [];
      const { headBranch: branch, headSha, merged } = pull;
      return {
        ...{ ...conversationOf(issue), branch, checks: checksOf(repository, headSha) },
        merged: merged && { sha: merged.sha, by: merged.by.login },
      };
    }),
    webhooks: {
      sent: deliveries.length,
      refused: deliveries.filter(({ statusCode }) => statusCode !== null && !fine(statusCode)).length,
    },
    requests: { answered, refused: forge.requests.length - answered, byRoute: byRoute(forge.requests) },
  };
}

/** Requests counted by their route, the most frequent first. */
export function byRoute(requests: readonly SeenRequest[]): Record<string, number> {
  const counted = [...Map.groupBy(requests, ({ route }) => route)].map(
    ([route, all]) => [route, all.length] as const,
  );
  return Object.fromEntries(counted.sort(([, a], [, b]) => b - a));
}

function conversationOf({ number, title, state, labels, comments }: Issue): Conversation {
  return {
    ...{ number, title, state, labels: labels.map(({ name }) => name) },
    comments: comments.map(({ author, body }) => ({ by: author.login, says: firstLine(body) })),
  };
}

/** The newest word of each check on a commit. */
function checksOf({ statuses, checkRuns }: Repository, sha: string): string[] {
  const said = new Map<string, string>();
  for (const status of statuses.filter((one) => one.sha === sha)) said.set(status.context, status.state);
  for (const run of checkRuns.filter((one) => one.sha === sha))
    said.set(run.name, run.conclusion ?? run.status);
  return [...said].map(([name, state]) => `${name}: ${state}`);
}

/** The first line that its readers see. */
function firstLine(body: string): string {
  const lines = body.replace(/<!--[\s\S]*?-->/g, "").split("\n");
  return lines.find((line) => line.trim() !== "")?.trim() ?? "";
}

/** The account as a page of text. */
export function renderAccount(account: Account): string {
  const { webhooks, requests, branches } = account;
  const lines = [
    `On the simulated ${account.platform}, ${account.url}/${account.repository}`,
    ...account.issues.flatMap((issue) => renderConversation("issue", issue.state, issue)),
    ...account.pulls.flatMap((pull) => {
      const state = pull.merged ? `merged by ${pull.merged.by} as ${pull.merged.sha}` : pull.state;
      const gone = pull.branch in branches ? "still there" : "gone";
      return [
        ...renderConversation("pull request", state, pull),
        `    checks  ${pull.checks.join(", ") || "none"}`,
        `    branch  ${pull.branch}, ${gone}`,
      ];
    }),
    ...Object.entries(branches).map(([name, sha]) => `  branch ${name} at ${sha}`),
    `  webhooks sent ${webhooks.sent}, not taken ${webhooks.refused}`,
    `  requests to its API ${requests.answered + requests.refused}, refused ${requests.refused}`,
    ...Object.entries(requests.byRoute).map(([route, count]) => `    ${String(count).padStart(3)}  ${route}`),
    "  its checks pass by themselves: nothing is run for them",
  ];
  return `${lines.join("\n")}\n`;
}

function renderConversation(kind: string, state: string, one: Conversation): string[] {
  const labels = one.labels.length > 0 ? ` [${one.labels.join(", ")}]` : "";
  return [
    `  ${kind} #${one.number} ${state}: ${one.title}${labels}`,
    ...one.comments.map(({ by, says }) => `    ${by}: ${says}`),
  ];
}
