import type { AccessRight } from "../../domain/platform/setup-facts.ts";

type Right = Pick<AccessRight, "name" | "why" | "needed"> & { readonly level: "read" | "write" };

/**
 * All that Tamma does in a repository, and no more: permissions of an App, or of a fine-grained token.
 * Source: GitHub Docs, "Permissions required for GitHub Apps".
 */
export const githubPermissions: readonly Right[] = [
  { name: "metadata", level: "read", needed: true, why: "look at the repository" },
  { name: "contents", level: "write", needed: true, why: "branches, files, merges, and git itself" },
  { name: "pull_requests", level: "write", needed: true, why: "pull requests, reviews and their threads" },
  { name: "issues", level: "write", needed: true, why: "issues, comments, labels, reactions" },
  { name: "statuses", level: "write", needed: true, why: "Tamma's own verdict on a commit" },
  { name: "checks", level: "read", needed: true, why: "verdicts that a merge waits for" },
  {
    name: "repository_hooks",
    level: "write",
    needed: false,
    why: "webhook made, checked and sent again by itself",
  },
  {
    name: "actions",
    level: "write",
    needed: false,
    why: "start of the runner in Actions, and logs of failed runs",
  },
  {
    name: "workflows",
    level: "write",
    needed: false,
    why: "workflow file by `--workflow`, or changes of workflows",
  },
  { name: "administration", level: "read", needed: false, why: "look at the protection of a branch" },
  { name: "merge_queues", level: "read", needed: false, why: "look at a merge queue" },
];

/** By name, as an installation's token is asked for. */
export const wantedPermissions: Readonly<Record<string, "read" | "write">> = Object.fromEntries(
  githubPermissions.map(({ name, level }) => [name, level]),
);

/** @param granted by name: "read", "write" or "admin"; null: not told, as of a fine-grained token */
export function permissionRights(granted: Readonly<Record<string, string>> | null): AccessRight[] {
  return githubPermissions.map(({ name, level, why, needed }) => {
    const has = granted && Object.hasOwn(granted, name) ? granted[name] : undefined;
    const enough = has === "write" || has === "admin" || (has === "read" && level === "read");
    return { name: `${name}: ${level}`, why, needed, granted: granted && enough };
  });
}

/** Scopes of a token of the classic kind, which count for all repositories of its account. */
export const githubScopes: readonly Right[] = [
  { name: "repo", level: "write", needed: true, why: "all work in repositories, and their webhooks" },
  {
    name: "workflow",
    level: "write",
    needed: false,
    why: "workflow file by `--workflow`, or changes of workflows",
  },
];

/** For public repositories two smaller ones do what `repo` does. */
const publicScopes = ["admin:repo_hook", "write:repo_hook"];

/** @param header `x-oauth-scopes` as it came */
export function scopeRights(header: string): AccessRight[] {
  const has = header.split(",").map((scope) => scope.trim());
  const isPublic = has.includes("public_repo") && publicScopes.some((scope) => has.includes(scope));
  return githubScopes.map(({ name, why, needed }) => ({
    ...{ name, why, needed, granted: has.includes(name) || (name === "repo" && isPublic) },
  }));
}
