import type { ChainReport } from "@tamma/core/protocol/rest.ts";
import { calcRepository, calcScript, edits, git, title } from "../journey/calc.ts";
import { tick } from "../journey/processes.ts";
import { openStage, type Stage, type StageOptions } from "../journey/stage.ts";
import { treeWith } from "./expected-tree.ts";
import { type After, faultsOf } from "./faults.ts";
import { type KillKind, kill, startAgain, takesRunner } from "./kill.ts";
import { randomOf, shuffled } from "./random.ts";
import { pathOf, type Witness, witnessOf } from "./witness.ts";
import { readWorld } from "./world.ts";

/** So many events a loop has without kills; the last moments fall on what is done after its end. */
const momentsMax = 111;
/** After the event that calls for it a kill waits up to this, so that it falls between events, too. */
const delayMsMax = 400;
/** Who was killed stays away up to this: long enough to be missed. */
const awayMsMax = 300;
/** Long enough that about half of the kills in a model turn fall into its middle. */
const turnMs = 120;
/** A loop with ten kills needs half a minute; on a machine that eight others use, ten times that. */
const patienceMs = 500_000;

interface Moment {
  kind: KillKind;
  /** The kill is due when the loop has this many events ... */
  events: number;
  /** ... and this much later. */
  delayMs: number;
  awayMs: number;
}

export interface Round {
  seed: number;
  kinds: readonly KillKind[];
  after: After;
  faults: string[];
}

/** One kill of each of `kinds`, at moments that follow from the seed, in the order of the loop. */
export function momentsOf(seed: number, kinds: readonly KillKind[]): Moment[] {
  const random = randomOf(seed);
  const places = kinds.map(() => 1 + Math.floor(random() * momentsMax)).sort((a, b) => a - b);
  return shuffled(kinds, random).map((kind, index) => ({
    kind,
    events: places[index] ?? 1,
    delayMs: Math.floor(random() * delayMsMax),
    awayMs: Math.floor(random() * awayMsMax),
  }));
}

/** Takes one issue to its merge while its processes are killed, and looks for whatever does not hold then. */
export async function crashRound(seed: number, kinds: readonly KillKind[]): Promise<Round> {
  const moments = momentsOf(seed, kinds);
  const lived = await throughTrouble({}, async ({ stage, witness, over }) => {
    await killAt(stage, witness, moments, over);
    return kinds.filter(takesRunner).length;
  });
  return { seed, kinds: moments.map((moment) => moment.kind), ...lived };
}

export interface Trouble {
  stage: Stage;
  witness: Witness;
  /** Aborted when the loop is at an end, or cannot go on. */
  over: AbortSignal;
}

/**
 * Takes one issue to its merge while `disturb` does its worst. It answers how many leases may be lost by what
 * it did; what does not hold afterwards is in `faults`.
 */
export async function throughTrouble(
  options: Pick<StageOptions, "runnerPrograms">,
  disturb: (trouble: Trouble) => Promise<number>,
): Promise<{ after: After; faults: string[] }> {
  const script = calcScript({ delayMs: turnMs });
  await using stage = await openStage({ script, repository: calcRepository, ...options });
  const begin = git(stage.repository, "rev-parse", "main");
  const giveUp = AbortSignal.timeout(patienceMs);
  const witness = witnessOf(stage, giveUp);
  const over = new AbortController();
  const disturbing = disturb({ stage, witness, over: over.signal });
  let loop = "";
  const driving = async () => {
    loop = await startLoop(stage, witness);
    await drive(loop, witness, giveUp);
  };
  try {
    // What disturbs may fail, too; then nobody waits for the loop.
    await Promise.race([driving(), disturbing.then(() => new Promise<never>(() => {}))]);
  } finally {
    over.abort();
    await disturbing;
  }
  const after = await lookAround(stage, witness, { loop, begin, leasesLostMax: await disturbing });
  return { after, faults: faultsOf(after) };
}

async function startLoop(stage: Stage, witness: Witness): Promise<string> {
  const address = { url: stage.repository, defaultBranch: "main" };
  const { id } = await witness.command<{ id: string }>("/api/v1/repositories", "crash-add", address);
  const issues = `/api/v1/repositories/${id}/issues`;
  const issue = await witness.command<{ number: number }>(issues, "crash-issue", { title, body: "" });
  const wish = { repository: id, issue: issue.number };
  return (await witness.command<{ loop: string }>("/api/v1/loops", "crash-start", wish)).loop;
}

/** Watches, and says yes to every checkpoint, until the loop is at an end or nobody knows how to go on. */
async function drive(loop: string, witness: Witness, giveUp: AbortSignal): Promise<void> {
  while (!giveUp.aborted) {
    await witness.look(loop);
    const { ask, endedAt } = await witness.view(loop);
    if (endedAt !== null || (ask !== null && ask.kind !== "checkpoint")) return;
    if (ask) {
      const { id, subject } = ask.checkpoint;
      const path = `${pathOf(loop)}/checkpoints/${encodeURIComponent(id)}`;
      await witness.command(path, `crash-decide-${id}`, { subject, decision: "approve" });
    }
    await tick();
  }
}

async function killAt(
  stage: Stage,
  witness: Witness,
  moments: readonly Moment[],
  over: AbortSignal,
): Promise<void> {
  for (const { kind, events, delayMs, awayMs } of moments) {
    while ((witness.shown.at(-1)?.event.seq ?? 0) < events && !over.aborted) await tick();
    await pause(delayMs);
    witness.killed();
    await kill(stage, kind);
    await pause(awayMs);
    await startAgain(stage, kind);
  }
}

async function lookAround(
  stage: Stage,
  witness: Witness,
  facts: Pick<After, "loop" | "leasesLostMax"> & { begin: string },
): Promise<After> {
  const { loop, begin, leasesLostMax } = facts;
  await witness.look(loop);
  const events = await witness.all(loop);
  const { word } = await witness.view(loop);
  const chain = await witness.get<ChainReport>(`${pathOf(loop)}/verify`);
  const world = await readWorld(stage, begin);
  const expected = treeWith(stage.repository, begin, [edits.red, edits.green], stage.folder);
  const trees = { expected, merged: git(stage.repository, "rev-parse", "main^{tree}") };
  const { acknowledged, shown, forked } = witness;
  return { loop, word, events, chain, acknowledged, shown, forked, world, leasesLostMax, trees };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
