import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { markInvisible } from "@tamma/core/domain/text/invisible.ts";
import { z } from "zod";
import { lockState } from "../lock.ts";
import type { StartApi } from "./api.ts";
import type { Child } from "./children.ts";
import { sampleTitle } from "./sample.ts";

export const simulatedPlatforms = ["github", "gitea"] as const;
export type SimulatedPlatform = (typeof simulatedPlatforms)[number];

/** It lies with the tests, which is why it is a process of its own, started by command line. */
export const simulatorProgram = "test/forge/main.ts";

/** Marks a state folder that may be made anew. */
const mark = "simulated-platform";

/** Whether the folder is empty, or the state of an earlier start on a simulated platform. */
export function isSimulatedState(state: string): boolean {
  return existsSync(join(state, mark)) || readdirSync(state).length === 0;
}

/** @throws StateLocked when a server uses the folder */
export function renewState(state: string): void {
  mkdirSync(state, { recursive: true, mode: 0o700 });
  const lock = lockState(state);
  try {
    for (const name of readdirSync(state))
      if (!name.startsWith("lock.sqlite")) rmSync(join(state, name), { recursive: true, force: true });
    writeFileSync(join(state, mark), "Made anew by each start with --platform.\n");
  } finally {
    lock.release();
  }
}

const connection = "simulated";
/** What starts a loop there, as on every platform. */
const startLabel = "tamma";
/** A webhook takes milliseconds on one machine; a busy one is given more. */
const loopPatienceMs = 60_000;
/** What still comes after a merge: the issue is closed, the branch goes, the last word is said. */
const lastWordPatienceMs = 20_000;
const lookAgainMs = 100;

const Ready = z.object({
  url: z.string(),
  pages: z.string(),
  repository: z.string(),
  owner: z.string(),
  token: z.string(),
});
const Conversation = z.looseObject({
  number: z.number(),
  title: z.string(),
  state: z.string(),
  comments: z.array(z.object({ by: z.string(), says: z.string() })),
});
const Account = z.looseObject({
  branches: z.record(z.string(), z.string()),
  issues: z.array(Conversation),
  pulls: z.array(Conversation.extend({ branch: z.string() })),
});

/** A simulated platform that runs, with the sample repository on it. */
export interface Simulated extends z.infer<typeof Ready> {
  readonly platform: SimulatedPlatform;
}

export async function startSimulated(
  platform: SimulatedPlatform,
  start: (name: string, args: string[]) => Child,
): Promise<Simulated> {
  const child = start(`simulated ${platform}`, [simulatorProgram, "--platform", platform, "--with-parent"]);
  return { ...Ready.parse(await child.ready()), platform };
}

/** For the first screen. */
export function shownPlatform({ platform: name, url, pages }: Simulated) {
  return { name, url, pages, simulated: true as const };
}

/** Connects the platform and adds its repository, which makes webhook and label there. */
export async function connectSimulated(
  api: StartApi,
  { platform, url: baseUrl, repository, token }: Simulated,
  config: Record<string, unknown>,
): Promise<void> {
  await api.addConnection({ id: connection, platform, baseUrl, credential: { kind: "token", token } });
  await api.addHosted({ connection, name: repository, config });
}

/** Somebody there labels an issue, the sample's first or a new one; the loop that begins by the webhook. */
export async function labelIssue(
  api: StartApi,
  simulated: Simulated,
  wanted: { title: string; body: string } | null,
): Promise<string> {
  const { issues } = await accountOf(simulated);
  const issue =
    wanted === null
      ? issues.find(({ title }) => title === sampleTitle)?.number
      : z.object({ number: z.number() }).parse(await post(simulated, "/issues", JSON.stringify(wanted)))
          .number;
  if (issue === undefined) throw new Error(`the simulated ${simulated.platform} has no issue to begin with`);
  await post(simulated, `/issues/${issue}/labels`, startLabel);
  for (const until = Date.now() + loopPatienceMs; Date.now() < until; await delay(lookAgainMs)) {
    const found = (await api.loops()).find((loop) => loop.issue === issue);
    if (found) return found.id;
  }
  throw new Error(`no loop began for issue ${issue} of the simulated ${simulated.platform} by its webhook`);
}

/**
 * What happened there, as text or as JSON.
 *
 * @param merged waits for what the platform still does after a merge, as long as that may take
 */
export async function tellAccount(simulated: Simulated, json: boolean, merged: boolean): Promise<string> {
  const until = Date.now() + lastWordPatienceMs;
  while (merged && Date.now() < until && !isDone(await accountOf(simulated))) await delay(lookAgainMs);
  if (json) return `${JSON.stringify({ kind: "platform", ...(await accountOf(simulated)) })}\n`;
  return `\n${markInvisible(await (await ask(simulated, "/")).text())}`;
}

/** Every pull request's branch is gone, and both it and its closed issue say that it was merged. */
function isDone({ issues, pulls, branches }: z.infer<typeof Account>): boolean {
  const saysSo = ({ comments }: z.infer<typeof Conversation>) =>
    comments.some(({ says }) => /merged/i.test(says));
  const closed = issues.filter((issue) => issue.state === "closed" && saysSo(issue));
  return closed.length >= pulls.length && pulls.every((pull) => !(pull.branch in branches) && saysSo(pull));
}

async function accountOf(simulated: Simulated): Promise<z.infer<typeof Account>> {
  return Account.parse(await (await ask(simulated, "/account")).json());
}

async function post(simulated: Simulated, path: string, body: string): Promise<unknown> {
  return (await ask(simulated, path, { method: "POST", body })).json();
}

async function ask({ pages, platform }: Simulated, path: string, init: RequestInit = {}): Promise<Response> {
  const answer = await fetch(new URL(path, pages), init);
  if (answer.ok) return answer;
  throw new Error(`the simulated ${platform} answered ${path} with ${answer.status}: ${await answer.text()}`);
}
