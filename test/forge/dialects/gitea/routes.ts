import { Refusal } from "../../model/refusal.ts";
import type { Issue, Pull, User } from "../../model/types.ts";
import { idOf, paged } from "../../reading.ts";
import type { Access, Answer, Call, Route } from "../../state.ts";

/** What Gitea's routes have in common. */

type Run = (call: Call) => Answer | Promise<Answer>;

/** A route that needs this of who asks, and of the token the scope `read:` or `write:` of this area. */
export function route(line: string, level: Access["level"], area: string, run: Run): Route {
  const [method = "", path = ""] = line.split(" ");
  return { method, path, access: { level, area }, run };
}

export const repo = "/repos/{owner}/{repo}";

/** Page sizes of a fresh installation (`DEFAULT_PAGING_NUM`, `MAX_RESPONSE_ITEMS`). */
export const paging = { name: "limit", fallback: 30, most: 50 };

/** A list in pages, with the number of all in a header. */
export async function listAnswer<T>(
  call: Call,
  items: readonly T[],
  of: (item: T) => unknown,
): Promise<Answer> {
  const page = paged(call, items, paging);
  const headers = { ...page.headers, "x-total-count": String(items.length) };
  return { status: 200, headers, body: await Promise.all(page.items.map(of)) };
}

/** The same inside an object with the number of all. */
export function countedAnswer<T>(
  call: Call,
  field: string,
  items: readonly T[],
  of: (item: T) => unknown,
): Answer {
  const page = paged(call, items, paging);
  const headers = { ...page.headers, "x-total-count": String(items.length) };
  return { status: 200, headers, body: { total_count: items.length, [field]: page.items.map(of) } };
}

const gone = () => new Refusal("not-found", "The target couldn't be found.");

export function issueOf(call: Call): Issue {
  const issue = call.repository().issues.get(idOf(call, "index"));
  if (!issue) throw gone();
  return issue;
}

export function pullOf(call: Call): Pull {
  const { pull } = issueOf(call);
  if (!pull) throw gone();
  return pull;
}

/** A user who must be there. @throws Refusal `validation` */
export function userNamed(call: Call, login: string): User {
  const user = call.state.model.users.get(login.toLowerCase());
  if (!user) throw new Refusal("validation", `user does not exist [uid: 0, name: ${login}]`);
  return user;
}
