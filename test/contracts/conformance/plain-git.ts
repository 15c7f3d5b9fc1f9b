import { createHash, randomBytes, randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ProjectConfig } from "@tamma/core/domain/project-config.ts";
import { plainGitPlatform } from "@tamma/core/platforms/plain-git/index.ts";
import type { CommentTarget, PullRow } from "@tamma/core/ports/plain-git-store.ts";
import type { PlatformReading, PullRequestNow } from "@tamma/core/ports/platform-reading.ts";
import { expect } from "vitest";
import { RepositoryObject } from "../../../workers/orchestrator/repository-object.ts";
import { systemTimers } from "../../../workers/orchestrator/system-timers.ts";
import { snapshotOf } from "../../../workers/orchestrator/tracker-snapshot.ts";
import type { Caller } from "../../../workers/rpc.ts";
import { git, initBare, tryGit } from "../../forge/model/git.ts";
import { Disk } from "../../memory/disk.ts";
import { memoryCopy } from "../../memory/log-copy.ts";
import { memoryRepositoryIndex } from "../../memory/repository-index.ts";
import { memoryObjectStore } from "../../memory/store.ts";
import { memoryTrackerRows } from "../../memory/tracker-rows.ts";
import { workingCopy } from "./pushing.ts";
import { filesOf, type Ground, type Person, type World } from "./world.ts";

const bot = "tamma";
const name = "acme/shop";
const origin = "https://tamma.example.test";

/** A bare repository, with Tamma's own issues and pull requests beside it in the object that keeps them. */
export interface PlainWorld extends World {
  /** Path of the bare repository. */
  readonly bare: string;
}

export const plainGitGround: Omit<Ground, "open"> & { open(): Promise<PlainWorld> } = {
  ...{ platform: "plain-git", title: "plain-git", lacks: () => null, caseMs: 20_000 },
  open: openPlainGit,
};

async function openPlainGit(): Promise<PlainWorld> {
  const folder = await mkdtemp(join(tmpdir(), "plain-git-"));
  const bare = join(folder, "shop.git");
  await initBare(bare, "main");
  const copy = workingCopy(bare, join(folder, "copy"), "main");
  await copy.push("main", filesOf("plain-git"), "ann");
  const disk = new Disk();
  const tracker = memoryTrackerRows(disk);
  const object = objectOn(disk, tracker);
  const ref = { connection: "plain-git", id: "shop", name, url: bare, defaultBranch: "main" };
  const added = await object.add(callerOf("ann"), ref, ProjectConfig.parse({}));
  if (!added.ok) throw new Error(JSON.stringify(added));
  const urlOf = (number: number) => `${origin}/app/pulls/${number}`;
  const platform = plainGitPlatform(object, urlOf);
  const person = (login: string) => personOf(object, login, copy.push, platform.reading);
  const people = { ann: person("ann"), bob: person("bob"), eve: person("eve") };
  return {
    ...{ name, main: "main", bot, bare, people, access: null, simulated: null, patienceMs: 1_000 },
    // What people see in the dashboard stands in for the questions that only loops' own records answer.
    forge: { ...platform, reading: { ...platform.reading, ...seen(disk, tracker, bare, urlOf) } },
    ownAccount: people.ann,
    as: async () => platform,
    withToken: async () => platform,
    rules: {
      protect: async () => expect.fail("a bare repository has no rules"),
      allow: async () => expect.fail("a bare repository has no members"),
      archive: async () => expect.fail("a bare repository is not archived"),
    },
    looks: {
      issue: async (number) => ({ state: tracker.issue(number)?.open ? "open" : "closed", assignees: [] }),
      reactions: async () => 0,
      labelsNamed: async () => 0,
    },
    nowhere: `${origin}/nowhere`,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true, maxRetries: 3 }),
  };
}

function objectOn(disk: Disk, tracker: ReturnType<typeof memoryTrackerRows>): RepositoryObject {
  return new RepositoryObject({
    host: {
      store: memoryObjectStore(disk),
      clock: { now: () => Date.now() },
      chance: { bytes: (count) => randomBytes(count), fraction: () => 0.5 },
      sha256: (text) => createHash("sha256").update(text, "utf8").digest("hex"),
      ...{ redact: (text) => text, openEnd: () => 0, setAlarm: () => {}, end: () => {} },
      after: systemTimers.after,
    },
    ...{ tracker, index: memoryRepositoryIndex(disk), d1: memoryCopy(), name: "plain-git/shop", origin },
    loopAt: () => expect.fail("no loop begins here"),
    ...{ issues: null, besides: null, gitAccess: async () => ({ ok: true, value: null }) },
    keepAlive: (work) => void work.catch(() => {}),
  });
}

const callerOf = (id: string): Caller => ({
  person: { kind: "person", id, authenticated: "token", ip: null },
  ...{ commandId: randomUUID(), via: "api" },
});

/** What the dashboard shows of the object's rows, and git of the branches. */
function seen(
  disk: Disk,
  tracker: ReturnType<typeof memoryTrackerRows>,
  bare: string,
  urlOf: (number: number) => string,
): Pick<PlatformReading, "issue" | "issuesWith" | "comments" | "pullRequest" | "pullRequestOf" | "headOf"> {
  const user = (login: string) => ({ id: login, login, bot: login === bot });
  const headOf = async (branch: string) => {
    const { code, out } = await tryGit(bare, ["rev-parse", "-q", "--verify", `refs/heads/${branch}`]);
    return code === 0 ? out.toString().trim() : null;
  };
  const pullOf = async (row: PullRow | undefined): Promise<PullRequestNow | null> =>
    row
      ? {
          ...{ ...row, id: String(row.number), url: urlOf(row.number), author: user(bot), fork: false },
          head: (await headOf(row.branch)) ?? "",
          labels: tracker.labels(`pull:${row.number}`),
          mergedBy: null,
        }
      : null;
  const pulls = () => [...disk.table<PullRow>("pulls").rows()].sort((a, b) => b.number - a.number);
  return {
    headOf,
    issue: async (number) => {
      const row = tracker.issue(number);
      return row ? { ...snapshotOf(row, "shop", origin), open: row.open } : null;
    },
    issuesWith: async (label) =>
      tracker
        .issues()
        .filter(({ open, labels }) => open && labels.includes(label))
        .map(({ number, title }) => ({ number, title })),
    comments: async (number, since) => {
      const target: CommentTarget = tracker.issue(number) ? `issue:${number}` : `pull:${number}`;
      const rows = tracker.comments(target).filter(({ at }) => since === null || at >= since);
      return rows.map(({ id, author, body, at }) => ({
        ...{ id, body, at, author: user(author), key: author === bot ? id : null },
      }));
    },
    pullRequest: (number) => pullOf(disk.table<PullRow>("pulls").get(String(number))),
    pullRequestOf: (branch) => pullOf(pulls().find((row) => row.branch === branch)),
  };
}

function personOf(
  object: RepositoryObject,
  login: string,
  push: ReturnType<typeof workingCopy>["push"],
  reading: PlatformReading,
): Person {
  return {
    login,
    openIssue: async ({ title, body = "", labels = [] }) => {
      const made = await object.createIssueFor(callerOf(login), { title, body, labels });
      if (!made.ok) throw new Error(JSON.stringify(made));
      return { id: String(made.value.number), number: made.value.number };
    },
    comment: async (number, body) => {
      const id = randomUUID();
      await object.putComment(`issue:${number}`, id, login, body);
      return id;
    },
    label: async (number, { add = [], remove = [] }) => {
      await object.removeLabels(`issue:${number}`, remove);
      await object.addLabels(`issue:${number}`, add);
    },
    closeIssue: (number) => object.closeIssue(number),
    push: (branch, files) => push(branch, files, login),
    review: async (number) => void (await reading.reviews(number)),
    reportStatus: ({ sha, context, state }) =>
      object.putStatus(sha, {
        ...{ name: context, state: state === "success" ? "passed" : "failed", required: true, url: null },
      }),
    proposeFromFork: async () => expect.fail("nobody can propose anything there"),
  };
}

/** The commit of a branch of the bare repository. */
export async function commitAt(bare: string, branch: string): Promise<string> {
  return (await git(bare, ["rev-parse", branch])).toString().trim();
}
