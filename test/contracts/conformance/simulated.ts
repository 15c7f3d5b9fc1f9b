import { connect } from "@tamma/core/platforms/connect.ts";
import { expect } from "vitest";
import { type SimulatedForge, startForge } from "../../forge/index.ts";
import {
  type Dialect,
  filesOf,
  type Ground,
  host,
  type Person,
  type Role,
  scopes,
  type World,
} from "./world.ts";

const name = "acme/shop";
const bot = "tamma-bot";
const rights = { ann: "admin", bob: "write", [bot]: "admin" } as const;

/** A simulated platform in this process: everything can be arranged there. */
export function simulatedGround(dialect: Dialect): Ground & { platform: Dialect } {
  return {
    ...{ platform: dialect, title: dialect, lacks: () => null, caseMs: 20_000 },
    open: () => openSimulated(dialect),
  };
}

async function openSimulated(dialect: Dialect): Promise<World> {
  const simulated = await startForge({ dialect });
  await simulated.addRepository({ name, collaborators: rights, files: filesOf(dialect) });
  const tokenOf = (user: string) => simulated.addToken({ user, scopes: scopes[dialect] });
  const accessBy = (token: string) =>
    ({
      ...{ platform: dialect, baseUrl: simulated.url },
      credential: { kind: "token", token },
    }) as const;
  const access = accessBy(tokenOf(bot));
  const withToken = (token: string) => connect(accessBy(token), name, host);
  return {
    ...{ name, main: "main", bot, access, simulated, patienceMs: 5_000 },
    forge: await connect(access, name, host),
    ...{ withToken, as: (role: Role) => withToken(tokenOf(role)) },
    people: { ann: person(simulated, "ann"), bob: person(simulated, "bob"), eve: person(simulated, "eve") },
    ownAccount: person(simulated, bot),
    rules: {
      protect: (branch, rules) => simulated.people.protect(name, branch, rules),
      allow: async (role, permission) => void simulated.people.allow(name, role, permission),
      archive: async (archived) => simulated.people.archive(name, archived),
    },
    looks: {
      issue: async (number) => {
        const issue = simulated.repository(name).issues.get(number);
        return { state: issue?.state ?? "", assignees: (issue?.assignees ?? []).map(({ login }) => login) };
      },
      reactions: async (id) => commentOf(simulated, id).reactions.length,
      labelsNamed: async (wanted) =>
        simulated.repository(name).labels.filter((label) => label.name === wanted).length,
    },
    nowhere: `${simulated.url}/nowhere`,
    [Symbol.asyncDispose]: async () => {
      await simulated[Symbol.asyncDispose]();
      // Whatever the suite asked and was answered is as the platform documents it.
      expect(simulated.violations).toEqual([]);
    },
  };
}

function commentOf(simulated: SimulatedForge, id: string) {
  const all = [...simulated.repository(name).issues.values()].flatMap(({ comments }) => comments);
  const found = all.find((comment) => String(comment.id) === id);
  return found ?? expect.fail(`there is no comment ${id}`);
}

function person(simulated: SimulatedForge, role: string): Person {
  const { people } = simulated;
  const doing = { in: name, by: role };
  return {
    login: role,
    openIssue: async (made) => {
      const { id, number } = people.openIssue(doing, made);
      return { id: String(id), number };
    },
    comment: async (number, body) => String(people.comment(doing, number, body).id),
    label: async (number, change) => people.label(doing, number, change),
    closeIssue: async (number) => people.setState(doing, number, "closed"),
    push: (branch, files) => people.push(doing, branch, { files }),
    review: async (number, { at, ...review }) =>
      void people.review(doing, number, { ...review, ...(at ? { comments: [at] } : {}) }),
    reportStatus: async (status) => void people.reportStatus(doing, status),
    proposeFromFork: async (file) => {
      const fork = `${role}/shop`;
      await simulated.fork(name, role);
      await people.push({ in: fork, by: role }, "fix", { files: { [file]: "b\n" } });
      const made = { head: "fix", base: "main", title: "From outside", body: "", fork };
      return (await people.openPull(doing, made)).issue.number;
    },
  };
}
