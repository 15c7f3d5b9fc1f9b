import type { AccountEvent } from "@tamma/core/domain/account/events.ts";

/** The account records what it is told: its commands are its events. */
export const accountHistories: Readonly<Record<string, { says: string; events: AccountEvent[] }>> = {
  account: {
    says: "a person signs in, adds a repository, enrols a runner and ends its right",
    events: [
      { type: "LoginLinkCreated", person: "mia", expiresAt: 1_767_604_200_000 },
      { type: "SignedIn", person: "mia", expiresAt: 1_770_195_600_000 },
      { type: "RepositoryListed", connection: "local", id: "calc", name: "calc" },
      { type: "RunnerEnrolled", runner: "r1", name: "laptop" },
      { type: "RunnerTokenIssued", runner: "r1", expiresAt: 1_767_604_500_000 },
      { type: "RunnerRevoked", runner: "r1", name: "laptop" },
    ],
  },
  runs: {
    says: "runs of CI are let in by a token of their platform and by a ticket, and one is told to end",
    events: [
      { type: "RunDispatched", loop: "work/42/7#1", run: "900" },
      {
        ...{ type: "RunAdmitted", runner: "ci-work-42-900.1", proof: "id-token", connection: "work" },
        ...{ repository: "42", loop: "work/42/7#1", run: "900", attempt: "1", until: 1_767_625_200_000 },
      },
      { type: "RunnerTokenIssued", runner: "ci-work-42-900.1", expiresAt: 1_767_604_500_000 },
      { type: "TicketMade", loop: "plain-git/calc/3#1", expiresAt: 1_767_605_400_000 },
      {
        ...{ type: "RunAdmitted", runner: "ci-plain-git-calc-t1", proof: "ticket", connection: "plain-git" },
        ...{ repository: "calc", loop: "plain-git/calc/3#1", run: null, attempt: null },
        until: 1_767_625_200_000,
      },
      { type: "RunnerRevoked", runner: "ci-plain-git-calc-t1", name: "ci-plain-git-calc-t1" },
    ],
  },
  connections: {
    says: "a platform is connected, its secrets are changed twice, and it is removed",
    events: [
      {
        ...{ type: "ConnectionAdded", connection: "work", platform: "gitea" },
        ...{ baseUrl: "https://git.example.org", credential: "token" },
      },
      { type: "ConnectionSecretsChanged", connection: "work", credential: null },
      { type: "ConnectionSecretsChanged", connection: "work", credential: "token" },
      { type: "ConnectionRemoved", connection: "work" },
    ],
  },
  "set-up": {
    says: "a platform that reaches the server by another name, and what was set up in a repository",
    events: [
      {
        ...{ type: "ConnectionAdded", connection: "work", platform: "github", baseUrl: "https://github.com" },
        ...{ credential: "app", webhookBaseUrl: "https://tamma.example.org" },
      },
      { type: "ConnectionChanged", connection: "work", webhookBaseUrl: "https://t.example.org" },
      { type: "RepositoryListed", connection: "work", id: "7", name: "acme/shop" },
      {
        ...{ type: "RepositorySetUp", connection: "work", id: "7", name: "acme/shop" },
        ...{ webhook: "made", label: "made", workflow: "https://github.com/acme/shop/pull/3" },
      },
      { type: "RepositorySetUp", connection: "work", id: "7", name: "acme/shop", webhook: "renewed" },
      { type: "ConnectionChanged", connection: "work", webhookBaseUrl: null },
    ],
  },
  unlisted: {
    says: "a repository is added and taken out again",
    events: [
      { type: "RepositoryListed", connection: "plain-git", id: "7", name: "calc" },
      { type: "RepositoryUnlisted", connection: "plain-git", id: "7", name: "calc" },
    ],
  },
};
