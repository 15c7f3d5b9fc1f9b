import type { AccessRight } from "../../domain/platform/setup-facts.ts";

/**
 * Scopes of a token that does all that Tamma does. Gitea tells nobody which ones a token has, so a missing
 * one shows itself when it is needed. Source: Gitea's "API Usage", and the routes of `routers/api/v1/api.go`.
 */
export const giteaRights: readonly AccessRight[] = [
  {
    ...{ name: "write:repository", needed: true, granted: null },
    why: "branches, pull requests, reviews, statuses, webhooks, and git itself",
  },
  {
    ...{ name: "write:issue", needed: true, granted: null },
    why: "issues, comments, labels, reactions",
  },
  {
    ...{ name: "read:user", needed: true, granted: null },
    why: "knowing its own account, so that its own comments are found again",
  },
  {
    ...{ name: "read:organization", needed: false, granted: null },
    why: "use of the labels that an organization shares among its repositories",
  },
  {
    ...{ name: "read:misc", needed: false, granted: null },
    why: "page size of the server: without it lists are read by 30 items",
  },
];
