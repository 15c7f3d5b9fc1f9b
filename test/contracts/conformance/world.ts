import { connect } from "@tamma/core/platforms/connect.ts";
import { PlatformError } from "@tamma/core/ports/platform.ts";
import type { PlatformRepository } from "@tamma/core/ports/platform-repository.ts";
import { expect } from "vitest";
import { type SimulatedForge, startForge } from "../../forge/index.ts";

export type Dialect = "github" | "gitea";

/** One repository on a simulated platform: what Tamma sees of it, and what people do there. */
export interface World extends AsyncDisposable {
  readonly dialect: Dialect;
  readonly simulated: SimulatedForge;
  /** Tamma's own view, as `tamma-bot` with write access. */
  readonly forge: PlatformRepository;
  /** The same with another token. */
  as(token: string): Promise<PlatformRepository>;
  /** A new branch with one commit that changes `a.ts`; its name and head. */
  branch(): Promise<{ branch: string; head: string }>;
  /** An open pull request of Tamma's from such a branch. */
  pull(): Promise<{
    ref: Awaited<ReturnType<PlatformRepository["codeHost"]["openPullRequest"]>>;
    branch: string;
    head: string;
  }>;
}

export const name = "acme/shop";
/** An administrator. */
export const ann = { in: name, by: "ann" };
/** May write. */
export const bob = { in: name, by: "bob" };
/** Is nobody here. */
export const eve = { in: name, by: "eve" };

/** What each platform wants of a token that does all this. */
export const scopes: Record<Dialect, string[]> = {
  github: ["repo", "workflow"],
  gitea: ["write:repository", "write:issue", "read:user"],
};

const workflow = [
  "name: Tamma",
  `run-name: Job ${"$"}{{ inputs.correlation }}`,
  "on:\n  workflow_dispatch:\n    inputs:\n      correlation:\n        type: string",
  "jobs:\n  work:\n    runs-on: ubuntu-latest\n    steps: []\n",
].join("\n");
const lines = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, n) => `line ${from + n}`).join("\n");

export async function openWorld(dialect: Dialect): Promise<World> {
  const simulated = await startForge({ dialect });
  await simulated.addRepository({
    ...{ name, collaborators: { ann: "admin", bob: "write", "tamma-bot": "admin" } },
    files: {
      "a.ts": `${lines(1, 60)}\n`,
      "README.md": "# Shop\n",
      [`.${dialect}/workflows/tamma.yml`]: workflow,
    },
  });
  const token = simulated.addToken({ user: "tamma-bot", scopes: scopes[dialect] });
  const host = { fetch, now: () => Date.now(), pause: async () => {} };
  const as = (of: string) =>
    connect(
      { platform: dialect, baseUrl: simulated.url, credential: { kind: "token", token: of } },
      name,
      host,
    );
  const forge = await as(token);
  let branches = 0;
  const branch = async () => {
    branches += 1;
    const named = `tamma/${branches}`;
    const text = `${lines(1, 9)}\nchanged by ${branches}\n${lines(11, 60)}\n`;
    return { branch: named, head: await simulated.people.push(bob, named, { files: { "a.ts": text } }) };
  };
  return {
    ...{ dialect, simulated, forge, as, branch },
    pull: async () => {
      const made = await branch();
      const request = { branch: made.branch, base: "main", title: "Round", body: "Why.", draft: true };
      return { ...made, ref: await forge.codeHost.openPullRequest(request) };
    },
    [Symbol.asyncDispose]: async () => {
      await simulated[Symbol.asyncDispose]();
      // Whatever the suite asked and was answered is as the platform documents it.
      expect(simulated.violations).toEqual([]);
    },
  };
}

/** The error of work that must fail, which is always the port's own. */
export async function failure(work: Promise<unknown>): Promise<PlatformError> {
  const thrown = await work.then(
    () => expect.fail("it did not fail"),
    (error: unknown) => error,
  );
  if (thrown instanceof PlatformError) return thrown;
  throw thrown;
}
