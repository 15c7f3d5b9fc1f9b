import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "@tamma/core/platforms/connect.ts";
import { expect } from "vitest";
import { type Api, apiOf, type Json, numberIn, textIn } from "./real-api.ts";
import { type Place, realPerson } from "./real-person.ts";
import { type Dialect, filesOf, type Ground, host, type Need, type Person, type World } from "./world.ts";

/** A server that the environment names, with what opens it. */
export interface RealServer {
  readonly platform: Dialect;
  /** Where people reach it, without a slash at the end. */
  readonly baseUrl: string;
  readonly token: string;
  /** Of somebody who may write there, and of somebody who may not; null: nobody. */
  readonly writer: string | null;
  readonly stranger: string | null;
  /** `owner/name`; null: the suite makes one of its own, and removes it at the end. */
  readonly repository: string | null;
}

/** A real platform finds out in its own time. */
const patienceMs = 30_000;
const caseMs = 180_000;
/** Answers every delivery with a refusal. */
const nowhere = "https://example.com/tamma-conformance";

/** The server of the environment, or which variables are missing. */
export function realServer(
  platform: Dialect,
  env: NodeJS.ProcessEnv = process.env,
): RealServer | { missing: string } {
  const named = (name: string) => env[`TAMMA_E2E_${platform.toUpperCase()}_${name}`] || null;
  const url = named("URL") ?? (platform === "github" ? "https://api.github.com" : null);
  const [token, repository] = [named("TOKEN"), platform === "github" ? named("REPOSITORY") : null];
  const missing = [
    ...(url === null ? ["URL"] : []),
    ...(token === null ? ["TOKEN"] : []),
    ...(platform === "github" && repository === null ? ["REPOSITORY"] : []),
  ];
  if (url === null || token === null || missing.length > 0)
    return { missing: missing.map((name) => `TAMMA_E2E_${platform.toUpperCase()}_${name}`).join(", ") };
  const others = { writer: named("WRITER_TOKEN"), stranger: named("STRANGER_TOKEN") };
  return { platform, baseUrl: peoplesUrl(platform, url), token, repository, ...others };
}

/** From the address of GitHub's API to the one that people know. */
function peoplesUrl(platform: Dialect, url: string): string {
  const plain = url.replace(/\/+$/, "").replace(platform === "github" ? /\/api\/v3$/ : /\/api\/v1$/, "");
  return platform === "github" ? plain.replace(/^(https?:\/\/)api\./, "$1") : plain;
}

export function realGround(server: RealServer): Ground & { platform: Dialect } {
  const { platform } = server;
  const prefix = `TAMMA_E2E_${platform.toUpperCase()}`;
  const lacks: Record<Need, string | null> = {
    faults: "only a simulated platform fails when it is told to",
    tokens: "only a simulated platform hands out tokens",
    "ci-runner": "nobody here ends a run of its CI",
    bob: server.writer === null ? `${prefix}_WRITER_TOKEN names nobody who may write` : null,
    eve: server.stranger === null ? `${prefix}_STRANGER_TOKEN names nobody else` : null,
    fork: server.stranger === null ? `${prefix}_STRANGER_TOKEN names nobody who could copy it` : null,
    rights: platform === "github" ? "on GitHub a person has to accept a right" : null,
    hundreds: platform === "github" ? "GitHub slows down whoever writes hundreds of comments" : null,
    protection: null,
  };
  return {
    ...{ platform, title: `${platform} at ${new URL(server.baseUrl).host}`, caseMs },
    lacks: (need) => lacks[need],
    open: () => openReal(server),
  };
}

async function openReal(server: RealServer): Promise<World> {
  const { platform, baseUrl, token } = server;
  const owner = apiOf(platform, baseUrl, token);
  const bot = textIn(await owner.call("GET", "/user"), "login");
  const found =
    server.repository === null
      ? await owner.call("POST", "/user/repos", {
          ...{ name: `tamma-conformance-${randomBytes(6).toString("hex")}`, auto_init: true },
          ...{ default_branch: "main", private: false, description: "Made by a test; may be deleted" },
        })
      : await owner.call("GET", `/repos/${server.repository}`);
  const [name, main] = [textIn(found, "full_name"), textIn(found, "default_branch")];
  const folder = await mkdtemp(join(tmpdir(), "real-platform-"));
  const place: Place = { platform, baseUrl, name, main, folder, patienceMs, owner };
  const ann = realPerson(place, owner, bot);
  const others = { bob: await other(place, server.writer), eve: await other(place, server.stranger) };
  if (server.repository === null && others.bob)
    await owner.call("PUT", `/repos/${name}/collaborators/${others.bob.login}`, { permission: "write" });
  await ann.push(main, filesOf(platform));
  const begun = new Date().toISOString();
  const protectedBranches = new Set<string>();
  const withToken = (of: string) =>
    connect({ ...access, credential: { kind: "token", token: of } }, name, host);
  const access = { platform, baseUrl, credential: { kind: "token", token } } as const;
  const { bob = nobody, eve = nobody } = { bob: others.bob?.person, eve: others.eve?.person };
  return {
    ...{ name, main, bot, access, withToken, nowhere, patienceMs, simulated: null },
    forge: await withToken(token),
    as: (role) => withToken(role === "ann" ? token : (others[role]?.api.token ?? "")),
    people: { ann, bob, eve },
    ownAccount: ann,
    rules: rulesOf(place, (role) => (role === "ann" ? bot : (others[role]?.login ?? "")), protectedBranches),
    looks: looksOf(place),
    [Symbol.asyncDispose]: async () => {
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
      if (server.repository !== null) return tidyUp(place, begun, protectedBranches);
      const fork = others.eve && `/repos/${others.eve.login}/${name.split("/")[1]}`;
      if (fork && (await others.eve?.api.find(fork))) await others.eve?.api.call("DELETE", fork);
      await owner.call("DELETE", `/repos/${name}`);
    },
  };
}

async function other(place: Place, token: string | null) {
  if (token === null) return null;
  const api = apiOf(place.platform, place.baseUrl, token);
  const login = textIn(await api.call("GET", "/user"), "login");
  return { api, login, person: realPerson(place, api, login) };
}

/** Cases that need somebody who is not there are skipped before they ask. */
const nobody = new Proxy({} as Person, {
  get: (_, name) => expect.fail(`nobody has an account here who could ${String(name)}`),
});

function rulesOf(
  { platform, name, owner }: Place,
  loginOf: (role: "ann" | "bob" | "eve") => string,
  protectedBranches: Set<string>,
): World["rules"] {
  const repo = `/repos/${name}`;
  return {
    protect: async (branch, { checks, approvals = 0 }) => {
      protectedBranches.add(branch);
      if (platform === "gitea")
        return void (await owner.call("POST", `${repo}/branch_protections`, {
          ...{ rule_name: branch, enable_push: true, required_approvals: approvals },
          ...{ enable_status_check: true, status_check_contexts: checks },
        }));
      const reviews = approvals > 0 ? { required_approving_review_count: approvals } : null;
      await owner.call("PUT", `${repo}/branches/${encodeURIComponent(branch)}/protection`, {
        required_status_checks: { strict: false, contexts: checks },
        ...{ enforce_admins: false, required_pull_request_reviews: reviews, restrictions: null },
      });
    },
    allow: async (role, permission) => {
      const member = `${repo}/collaborators/${loginOf(role)}`;
      await (permission === "none"
        ? owner.call("DELETE", member)
        : owner.call("PUT", member, { permission }));
    },
    archive: async (archived) => void (await owner.call("PATCH", repo, { archived })),
  };
}

function looksOf({ name, owner }: Place): World["looks"] {
  const repo = `/repos/${name}`;
  return {
    issue: async (number) => {
      const issue = (await owner.call("GET", `${repo}/issues/${number}`)) as Json;
      const assignees = (issue.assignees ?? []) as unknown[];
      return {
        state: textIn(issue, "state"),
        assignees: assignees.map((one) => textIn(one, "login")),
      };
    },
    reactions: async (comment) =>
      (((await owner.call("GET", `${repo}/issues/comments/${comment}/reactions`)) ?? []) as Json[]).length,
    labelsNamed: async (wanted) =>
      (await owner.list(`${repo}/labels`)).filter((label) => label.name === wanted).length,
  };
}

/** A repository that was lent: what the suite opened is closed, its branches and rules are gone. */
async function tidyUp({ name, owner }: Place, begun: string, protectedBranches: Set<string>): Promise<void> {
  const repo = `/repos/${name}`;
  for (const branch of protectedBranches)
    await gone(owner, `${repo}/branches/${encodeURIComponent(branch)}/protection`);
  for (const issue of await owner.list(`${repo}/issues?state=open&since=${begun}`))
    await owner.call("PATCH", `${repo}/issues/${numberIn(issue, "number")}`, { state: "closed" });
  const ours = /^tamma\/(setup-|\d+-\d+$)/;
  for (const branch of await owner.list(`${repo}/branches`)) {
    const named = textIn(branch, "name");
    if (ours.test(named)) await gone(owner, `${repo}/git/refs/heads/${named}`);
  }
}

/** Removes what may be gone already. */
async function gone(owner: Api, path: string): Promise<void> {
  await owner.call("DELETE", path).catch(() => {});
}
