import { Refusal } from "../../model/refusal.ts";
import type { Issue, Pull, User } from "../../model/types.ts";
import { idOf, paged } from "../../reading.ts";
import type { Access, Answer, Call, Route } from "../../state.ts";

/** What GitHub's routes have in common. */

type Run = (call: Call) => Answer | Promise<Answer>;

/** A route that needs this of who asks, and of an app the permission `area` ("a|b": one of them). */
export function route(line: string, level: Access["level"], area: string, run: Run): Route {
  const [method = "", path = ""] = line.split(" ");
  return { method, path, access: { level, area }, run };
}

export const repo = "/repos/{owner}/{repo}";

/** A list in pages of 30, at most 100. `of` writes one item. */
export async function listAnswer<T>(
  call: Call,
  items: readonly T[],
  of: (item: T) => unknown,
): Promise<Answer> {
  const page = paged(call, items, { name: "per_page", fallback: 30, most: 100 });
  return { status: 200, headers: page.headers, body: await Promise.all(page.items.map(of)) };
}

/** The same inside an object with the number of all. */
export async function countedAnswer<T>(
  call: Call,
  field: string,
  items: readonly T[],
  of: (item: T) => unknown,
): Promise<Answer> {
  const page = paged(call, items, { name: "per_page", fallback: 30, most: 100 });
  const body = { total_count: items.length, [field]: await Promise.all(page.items.map(of)) };
  return { status: 200, headers: page.headers, body };
}

/** The issue or pull request of this number. */
export function issueOf(call: Call): Issue {
  const issue = call.repository().issues.get(idOf(call, "issue_number"));
  if (!issue) throw new Refusal("not-found", "Not Found");
  return issue;
}

export function pullOf(call: Call): Pull {
  const pull = call.repository().issues.get(idOf(call, "pull_number"))?.pull;
  if (!pull) throw new Refusal("not-found", "Not Found");
  return pull;
}

/** Users by login; those that are unknown are left out. */
export function usersNamed(call: Call, logins: readonly string[]): User[] {
  return logins.flatMap((login) => call.state.model.users.get(login.toLowerCase()) ?? []);
}
