import { join } from "node:path";
import { expect } from "vitest";
import { workingCopy } from "./pushing.ts";
import { type Api, type Json, numberIn } from "./real-api.ts";
import type { Dialect, Person } from "./world.ts";

/** Where people of a real server work. */
export interface Place {
  readonly platform: Dialect;
  readonly baseUrl: string;
  /** `owner/name` */
  readonly name: string;
  readonly main: string;
  /** For working copies. */
  readonly folder: string;
  readonly patienceMs: number;
  /** Tamma's account, which administrates the repository. */
  readonly owner: Api;
}

const events = {
  github: { approved: "APPROVE", "changes-requested": "REQUEST_CHANGES" },
  gitea: { approved: "APPROVED", "changes-requested": "REQUEST_CHANGES" },
} as const;

/** What somebody with an account does by the platform's public API and by git. */
export function realPerson(place: Place, api: Api, login: string): Person {
  const { platform, name, folder, main, owner } = place;
  const repo = `/repos/${name}`;
  const git = { username: platform === "github" ? "x-access-token" : login, password: api.token };
  const copy = workingCopy(`${place.baseUrl}/${name}.git`, join(folder, login), main, git);
  return {
    login,
    openIssue: async ({ title, body = "", labels = [] }) => {
      const sent = await labelsFor(place, labels);
      const made = await api.call("POST", `${repo}/issues`, { title, body, labels: sent });
      return { id: String(numberIn(made, "id")), number: numberIn(made, "number") };
    },
    comment: async (number, body) =>
      String(numberIn(await api.call("POST", `${repo}/issues/${number}/comments`, { body }), "id")),
    label: async (number, { add = [], remove = [] }) => {
      const on = `${repo}/issues/${number}/labels`;
      for (const one of await labelsFor(place, remove))
        await api.call("DELETE", `${on}/${encodeURIComponent(String(one))}`);
      if (add.length > 0) await api.call("POST", on, { labels: await labelsFor(place, add) });
    },
    closeIssue: async (number) =>
      void (await api.call("PATCH", `${repo}/issues/${number}`, { state: "closed" })),
    push: (branch, files) => copy.push(branch, files, login),
    review: async (number, { verdict, body, sha, at }) => {
      const line = at && {
        ...{ path: at.path, body: at.body },
        ...(platform === "github" ? { line: at.line, side: "RIGHT" } : { new_position: at.line }),
      };
      const event = events[platform][verdict];
      const comments = line ? [line] : [];
      await api.call("POST", `${repo}/pulls/${number}/reviews`, { event, body, commit_id: sha, comments });
    },
    reportStatus: async ({ sha, context, state }) =>
      void (await owner.call("POST", `${repo}/statuses/${sha}`, { state, context, description: "" })),
    proposeFromFork: async (file) => {
      await api.call("POST", `${repo}/forks`, {});
      const fork = `${login}/${name.split("/")[1]}`;
      // Copying goes on behind the answer.
      await expect
        .poll(() => api.find(`/repos/${fork}/branches/${main}`), { timeout: place.patienceMs })
        .not.toBeNull();
      const theirs = workingCopy(`${place.baseUrl}/${fork}.git`, join(folder, `${login}-fork`), main, git);
      const branch = `fix-${Date.now()}`;
      await theirs.push(branch, { [file]: "b\n" }, login);
      const made = { head: `${login}:${branch}`, base: main, title: "From outside", body: "" };
      return numberIn(await api.call("POST", `${repo}/pulls`, made), "number");
    },
  };
}

/** Labels as the platform wants to be sent them: names, or on Gitea ids, made where there are none. */
async function labelsFor({ platform, name, owner }: Place, names: string[]): Promise<(string | number)[]> {
  if (platform === "github" || names.length === 0) return names;
  const there = await owner.list(`/repos/${name}/labels`);
  const ids: number[] = [];
  for (const wanted of names) {
    const made: Json | undefined = there.find((label) => label.name === wanted);
    const label =
      made ?? (await owner.call("POST", `/repos/${name}/labels`, { name: wanted, color: "#ededed" }));
    ids.push(numberIn(label, "id"));
  }
  return ids;
}
