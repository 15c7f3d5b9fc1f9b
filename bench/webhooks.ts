import { createHmac, randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { byRoute } from "../test/forge/account.ts";
import { gitea } from "../test/forge/dialects/gitea/index.ts";
import { github } from "../test/forge/dialects/github/index.ts";
import type { Delivery, Hook } from "../test/forge/model/types.ts";
import { calcScript, title } from "../test/journey/calc.ts";
import {
  ann,
  bob,
  type Dialect,
  openPlatformStage,
  type PlatformStage,
  project,
} from "../test/journey/platform-stage.ts";
import { type Benchmark, type Figure, figure } from "./benchmark.ts";

/** Deliveries a second, of which every second one is the one before once more, and for how long. */
const perSecond = 100;
const seconds = 10;
/** The first ones open connections and compile: they measure something else. */
const warmUpSeconds = 1;
/** A platform takes what is not answered in ten seconds for lost. */
const answerMsMax = 10_000;
/** Issue 5 of the plan: answered at once, because the work is done afterwards. */
const takenP95MsMax = 50;
/** What a loop may ask of its platform, with the set-up of its repository. */
const requestsMax = 60;
const comments = 20;
/** A person sees that he was heard within a second. */
const reactionP95MsMax = 1_000;
const patienceMs = 60_000;
const lookAgainMs = 2;

const dressOf = { github: github.dress, gitea: gitea.dress } as const;

export const webhooks: Benchmark = {
  name: "webhooks",
  says:
    `a loop on a simulated platform, its requests counted; ${perSecond} deliveries a second, half of them ` +
    "sent before; from a comment to the reaction under it",
  async run() {
    const figures: Figure[] = [];
    for (const dialect of ["github", "gitea"] as const) figures.push(...(await measure(dialect)));
    return figures;
  },
};

async function measure(dialect: Dialect): Promise<Figure[]> {
  await using platform = await openPlatformStage(dialect, { script: calcScript() });
  const setUp = platform.forge.requests.length;
  await wholeLoop(platform);
  // Counted now: what follows asks the platform, too.
  const requests = [...platform.forge.requests];
  const aim = { of: "median", most: requestsMax } as const;
  // Where they go; the table has only their number.
  process.stderr.write(`${dialect}: ${JSON.stringify(byRoute(requests), null, 1)}\n`);
  const reactions = await reactionMs(platform);
  const taken = await takenMs(platform, dialect);
  return [
    figure(`${dialect}: requests of one loop, with the set-up`, "n", [requests.length], aim),
    figure(`${dialect}: of them the set-up of the repository`, "n", [setUp]),
    figure(`${dialect}: from a comment to its reaction`, "ms", reactions, {
      ...{ of: "p95", most: reactionP95MsMax },
    }),
    figure(`${dialect}: a delivery that is new, until 202`, "ms", taken.fresh, {
      ...{ of: "p95", most: takenP95MsMax },
    }),
    figure(`${dialect}: deliveries that ten seconds were not enough for`, "n", [taken.late], {
      ...{ of: "median", most: 1 },
    }),
    figure(`${dialect}: the same delivery again, until 202`, "ms", taken.again, {
      ...{ of: "p95", most: takenP95MsMax },
    }),
  ];
}

/** From a label over two approvals in comments to the last label that goes. */
async function wholeLoop(platform: PlatformStage): Promise<void> {
  const { forge, stage, said, eventually } = platform;
  const issue = forge.people.openIssue(ann, { title, body: "We need it." });
  forge.people.label(ann, issue.number, { add: ["tamma"] });
  const loop = await platform.loopOf(issue.number);
  await asked(platform, issue.number, "Which design");
  forge.people.comment(ann, issue.number, "/tamma approve");
  const { pullRequest } = await stage.until(loop, ({ step, ask }) => step === "complete" && ask !== null);
  const number = pullRequest?.number ?? 0;
  await asked(platform, number, "Merge this");
  forge.people.comment(ann, number, "/tamma approve");
  const end = await stage.until(loop, ({ endedAt }) => endedAt !== null);
  if (end.word !== "merged") throw new Error(`the loop is ${end.word}, not merged`);
  await eventually("its end", () => {
    const { issues, refs } = forge.repository(project);
    const { state, labels } = issues.get(issue.number) ?? { state: "open", labels: [] };
    const isTold = said(issue.number).some((body) => /Tamma.*merged/.test(body));
    return state === "closed" && labels.length === 0 && isTold && refs.size === 1;
  });
  await forge.webhooks.settled();
}

function asked({ said, eventually }: PlatformStage, number: number, words: string): Promise<unknown> {
  return eventually(`"${words}"`, () => said(number).some((body) => body.includes(words)));
}

/** How long a person waits for a sign under an order, one after another. */
async function reactionMs(platform: PlatformStage): Promise<number[]> {
  const { forge } = platform;
  const issue = forge.people.openIssue(ann, { title, body: "Once more." });
  forge.people.label(ann, issue.number, { add: ["tamma"] });
  await platform.loopOf(issue.number);
  await asked(platform, issue.number, "Which design");
  const ms: number[] = [];
  for (let n = 0; n < comments; n += 1) {
    const began = performance.now();
    const comment = forge.people.comment(bob, issue.number, "/tamma status");
    while (comment.reactions.length === 0) {
      if (performance.now() - began > patienceMs) throw new Error("a comment never got a reaction");
      await delay(lookAgainMs);
    }
    ms.push(performance.now() - began);
  }
  return ms;
}

/**
 * Sends what the loop's platform sent, under new ids, each one twice in a row, at a steady rate whatever the
 * server does; answers the milliseconds of the first and of the second ones.
 *
 * @throws Error when one is answered with something else than 202
 */
async function takenMs(platform: PlatformStage, dialect: Dialect) {
  const [hook] = platform.forge.repository(project).hooks;
  if (!hook) throw new Error("the repository has no webhook");
  const recorded = platform.forge.webhooks.deliveries(hook).filter(({ event }) => event !== "ping");
  const send = async (n: number): Promise<number> => {
    const delivery = recorded[(n >> 1) % recorded.length];
    if (!delivery) throw new Error("nothing was delivered yet");
    const request = dressed(dialect, hook, delivery, guidOf(n >> 1));
    const began = performance.now();
    try {
      const answer = await fetch(hook.url, { ...request, signal: AbortSignal.timeout(answerMsMax) });
      await answer.arrayBuffer();
      if (answer.status !== 202) throw new Error(`a delivery was answered with ${answer.status}`);
    } catch (thrown) {
      // Not left out, or an overloaded machine would look quick.
      if (!(thrown instanceof DOMException)) throw thrown;
      late += 1;
    }
    return performance.now() - began;
  };
  let late = 0;
  const guids = new Map<number, string>();
  const guidOf = (pair: number): string => {
    const guid = guids.get(pair) ?? randomUUID();
    guids.set(pair, guid);
    return guid;
  };
  const warm = perSecond * warmUpSeconds;
  const all = await paced(warm + perSecond * seconds, send);
  const of = (rest: number) => all.filter((_, n) => n >= warm && n % 2 === rest);
  return { fresh: of(0), again: of(1), late };
}

/** Begins one every hundredth of a second; a slow answer does not make the next ones later. */
async function paced(count: number, work: (n: number) => Promise<number>): Promise<number[]> {
  const began = performance.now();
  const running: Promise<number>[] = [];
  for (let n = 0; n < count; n += 1) {
    const due = began + (n * 1_000) / perSecond;
    if (due > performance.now()) await delay(due - performance.now());
    const one = work(n);
    // Its failure is thrown below, when all have been sent.
    one.catch(() => undefined);
    running.push(one);
  }
  return Promise.all(running);
}

function dressed(dialect: Dialect, hook: Hook, { event, action, repository, body }: Delivery, guid: string) {
  const signature = createHmac("sha256", hook.secret).update(body).digest("hex");
  const news = { event, action, repository, payload: {} };
  return { method: "POST", body, headers: dressOf[dialect]({ hook, news, guid, signature, body }) };
}
