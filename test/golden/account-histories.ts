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
