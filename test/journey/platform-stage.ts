import { mkdirSync } from "node:fs";
import type { LoopList } from "@tamma/core/protocol/rest.ts";
import { checkEveryPush, ciFile, ciWorkflow } from "../forge/ci.ts";
import { type SimulatedForge, startForge } from "../forge/index.ts";
import type { Pull } from "../forge/model/types.ts";
import { calcFiles, git } from "./calc.ts";
import { tick } from "./processes.ts";
import { openStage, type Stage, type StageOptions } from "./stage.ts";

export type Dialect = "github" | "gitea";

/** The stage with its repository on a simulated platform, which reaches the server by webhooks. */
export interface PlatformStage extends AsyncDisposable {
  readonly stage: Stage;
  readonly forge: SimulatedForge;
  /** What the connection is let in with. */
  readonly token: string;
  /** The id of the loop that begins for this issue. */
  loopOf(issue: number): Promise<string>;
  /** What `look` finds, as soon as it finds something. */
  eventually<T>(what: string, look: () => T | undefined | null | false): Promise<T>;
  /** Bodies of all comments of a conversation, the oldest first. */
  said(number: number): string[];
  pull(number: number): Pull;
  /** What was said in each thread of a pull request, the oldest first. */
  threads(number: number): string[][];
  /** A file as it is on the platform at a branch or commit. */
  file(at: string, path: string): string;
}

export const project = "acme/calc";
/** An administrator, somebody who may write, and somebody who may only read. */
export const ann = { in: project, by: "ann" };
export const bob = { in: project, by: "bob" };
export const eve = { in: project, by: "eve" };
const bot = "tamma-bot";

const scopes: Record<Dialect, string[]> = {
  github: ["repo", "workflow"],
  gitea: ["write:repository", "write:issue", "read:user"],
};

const patienceMs = 30_000;

/** How a run of the platform's CI on this commit ends: null for well, else the end of its log. */
export type Verdict = (file: (path: string) => string) => string | null;

export async function openPlatformStage(
  dialect: Dialect,
  options: Pick<StageOptions, "script" | "config" | "env" | "beforeEngineer" | "beforeServer"> & {
    ci?: Verdict | "none";
    files?: Record<string, string>;
  },
): Promise<PlatformStage> {
  const { config, ci = () => null, files = {}, ...rest } = options;
  const forge = await startForge({ dialect });
  await forge.addRepository({
    // Private: nobody clones it without being let in.
    ...{
      name: project,
      files: { ...calcFiles, [`.${dialect}/workflows/${ciFile}`]: ciWorkflow, ...files },
      private: true,
    },
    collaborators: { ann: "admin", bob: "write", eve: "read", [bot]: "admin" },
  });
  const token = forge.addToken({ user: bot, scopes: scopes[dialect] });
  if (ci !== "none")
    checkEveryPush(forge, dialect, ann, (sha) =>
      ci((path) => git(forge.repository(project).dir, "show", `${sha}:${path}`)),
    );
  const stage = await openStage({
    ...rest,
    repository: (folder) => mkdirSync(folder),
  });
  const connection = {
    ...{ id: "work", platform: dialect, baseUrl: forge.url, credential: { kind: "token", token } },
  };
  await stage.call("POST", "/api/v1/connections", connection);
  const added = await stage.raw("POST", "/api/v1/repositories", {
    ...{ connection: "work", name: project },
    ...(config ? { config } : {}),
  });
  if (!added.ok) throw new Error(`${await added.text()}\n${stage.server.output()}`);

  const eventually: PlatformStage["eventually"] = async (what, look) => {
    const deadline = AbortSignal.timeout(patienceMs);
    for (;;) {
      const found = look();
      if (found) return found;
      if (deadline.aborted) throw new Error(`${what} never came\n${stage.server.output()}`);
      await tick();
    }
  };
  const pullOf = (number: number): Pull => {
    const pull = forge.repository(project).issues.get(number)?.pull;
    if (!pull) throw new Error(`#${number} is no pull request`);
    return pull;
  };
  return {
    ...{ stage, forge, token, eventually },
    async loopOf(issue) {
      const deadline = AbortSignal.timeout(patienceMs);
      for (;;) {
        const { loops } = await stage.call<LoopList>("GET", "/api/v1/loops?state=all");
        const found = loops.find((each) => each.issue === issue);
        if (found) return found.id;
        if (deadline.aborted) throw new Error(`no loop began for issue ${issue}\n${stage.server.output()}`);
        await tick();
      }
    },
    said: (number) => (forge.repository(project).issues.get(number)?.comments ?? []).map(({ body }) => body),
    pull: pullOf,
    threads: (number) => pullOf(number).threads.map(({ comments }) => comments.map(({ body }) => body)),
    file: (at, path) => git(forge.repository(project).dir, "show", `${at}:${path}`),
    async [Symbol.asyncDispose]() {
      await stage[Symbol.asyncDispose]();
      await forge[Symbol.asyncDispose]();
    },
  };
}
