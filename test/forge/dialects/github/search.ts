import { Refusal } from "../../model/refusal.ts";
import type { Issue } from "../../model/types.ts";
import { paged } from "../../reading.ts";
import type { Call } from "../../state.ts";
import { route } from "./routes.ts";
import { issueView } from "./view-issue.ts";

/**
 * GitHub's search over issues, as far as the qualifiers `repo`, `is`, `state`, `label`, `author`, `assignee`
 * and `in` go; words must all be in the title or the body. Another qualifier is refused.
 */
export const searchRoute = route("GET /search/issues", "user", "metadata", (call) => {
  const terms = (call.query.get("q") ?? "").match(/(?:[\w-]+:)?(?:"[^"]*"|\S+)/g) ?? [];
  if (terms.length === 0) throw new Refusal("validation", "q is missing", "q");
  const wanted = terms.map(predicate);
  const all = visibleIssues(call).filter((issue) => wanted.every((fits) => fits(issue)));
  const page = paged(call, all, { name: "per_page", fallback: 30, most: 100 });
  // The contract has no null for a body that is empty here, unlike everywhere else.
  const items = page.items.map((issue) => ({ ...issueView(call.state, issue), body: issue.body, score: 1 }));
  const body = { total_count: all.length, incomplete_results: false, items, search_type: "lexical" };
  return { status: 200, headers: page.headers, body };
});

function visibleIssues(call: Call): Issue[] {
  const { token } = call;
  return [...call.state.model.repositories.values()]
    .filter(({ id, private: hidden, owner, collaborators }) => {
      if (token?.repositories) return token.repositories.has(id);
      return !hidden || owner === token?.user || collaborators.has(token?.user.login.toLowerCase() ?? "");
    })
    .flatMap(({ issues }) => [...issues.values()]);
}

function predicate(term: string): (issue: Issue) => boolean {
  const [, key = "", quoted = ""] = /^(?:([\w-]+):)?(.*)$/s.exec(term) ?? [];
  const value = quoted.replace(/^"|"$/g, "").toLowerCase();
  const says = (issue: Issue) => `${issue.title}\n${issue.body}`.toLowerCase().includes(value);
  if (key === "") return says;
  if (key === "in") return () => true;
  if (key === "repo") return ({ repository }) => repository.fullName.toLowerCase() === value;
  if (key === "label") return ({ labels }) => labels.some(({ name }) => name.toLowerCase() === value);
  if (key === "author") return ({ author }) => author.login.toLowerCase() === value;
  if (key === "assignee") return ({ assignees }) => assignees.some(({ login }) => login === value);
  if (key === "state") return ({ state }) => state === value;
  if (key === "is" && (value === "open" || value === "closed")) return ({ state }) => state === value;
  if (key === "is" && value === "issue") return ({ pull }) => pull === null;
  if (key === "is" && (value === "pr" || value === "pull-request")) return ({ pull }) => pull !== null;
  throw new Refusal("validation", `The simulated search does not know ${term}.`, "q");
}
