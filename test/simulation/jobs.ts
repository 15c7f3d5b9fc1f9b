import type { BlobRef, Receipt, Verdict } from "@tamma/core/domain/loop/evidence.ts";
import type { JobResult, JobSpecOf } from "@tamma/core/domain/loop/jobs.ts";
import type { GateName } from "@tamma/core/domain/loop/pipeline.ts";
import type { LeaseResponse } from "@tamma/core/protocol/runner.ts";
import { sha256Hex } from "../../workers/orchestrator/cipher.ts";
import * as routes from "../../workers/orchestrator/runners.ts";
import { requestOf, turnIn } from "./assemble.ts";
import { diffText, patchOf, type TreeTruth } from "./git.ts";
import type { Life } from "./kernel.ts";
import type { World } from "./world.ts";

/** The server said that the job is not ours any more. */
export class JobStopped extends Error {
  override readonly name = "JobStopped";
}

/** What became of the job's lease meanwhile. */
interface Held {
  stop: boolean;
  frozen: boolean;
}

/** The process that does the job. */
export interface Hand {
  life: Life;
  runner: string;
  /** Does the server say that the job is still ours? Null when it says nothing. */
  holds(lease: LeaseResponse): Promise<boolean | null>;
  /** It may stand still here, or end. */
  pauses(held: { frozen: boolean }, when: string): Promise<void>;
}

type Work<K extends LeaseResponse["spec"]["kind"]> = (
  at: { world: World; process: Hand; lease: LeaseResponse; held: Held },
  spec: JobSpecOf<K>,
) => Promise<JobResult>;

/** Does the job as a runner would, on the scripted repository. Throws `JobStopped`. */
export async function jobResult(
  world: World,
  process: Hand,
  lease: LeaseResponse,
  held: Held,
): Promise<JobResult> {
  const at = { world, process, lease, held };
  await takesTime(at, 200, 4_000);
  const { spec } = lease;
  switch (spec.kind) {
    case "survey":
      return survey(at, spec);
    case "open":
      return open(at, spec);
    case "develop":
      return develop(at, spec);
    case "verify":
      return verify(at, spec);
    case "publish":
      return publish(at, spec);
    case "rebase":
      return rebase(at, spec);
    case "merge":
      return merge(at, spec);
    default:
      return spec satisfies never;
  }
}

type At = Parameters<Work<"survey">>[0];

async function takesTime({ world, process, held }: At, from: number, to: number): Promise<void> {
  await world.kernel.sleep(world.dice.between(from, to), process.life);
  await process.pauses(held, "at work");
  if (held.stop) throw new JobStopped("the server said stop");
}

/** Right before it touches the branch a job asks whether it is still its own. */
async function stillOurs({ process, lease, held }: At): Promise<void> {
  if (held.stop || (await process.holds(lease)) === false) throw new JobStopped("it is not ours any more");
}

const bodyOf = (text: string, mediaType: string) => {
  const body = new Uint8Array(Buffer.from(text, "utf8"));
  const ref: BlobRef = { sha256: sha256Hex(body), size: body.byteLength, mediaType };
  return { body, ref };
};
const context = bodyOf("what the repository is like", "text/markdown");
const diff = bodyOf(diffText, "text/x-diff");

/** Stores a body under the lease; asks again when no answer comes. */
async function put(at: At, { body, ref }: typeof context): Promise<BlobRef> {
  const { world, process, lease } = at;
  const { sha256, mediaType } = ref;
  for (;;)
    try {
      const stored = await world.server.request(process.life, "blob", (parts) =>
        routes.putBlob(parts, process.runner, lease.job, lease.fence, {
          sha256,
          mediaType,
          body: body.buffer,
        }),
      );
      if (!stored.ok) throw new JobStopped(stored.refusal.code);
      return ref;
    } catch (thrown) {
      if (thrown instanceof JobStopped) throw thrown;
      await takesTime(at, 500, 5_000);
    }
}

const survey: Work<"survey"> = async (at) => {
  const ref = await put(at, context);
  const done = { outcome: "done", base: at.world.git.main, context: ref, summary: "ts" } as const;
  return { kind: "survey", result: { ...done, config: {}, hasTests: true } };
};

const open: Work<"open"> = async (at, { branch }) => {
  const { git } = at.world;
  await stillOurs(at);
  const base = git.main;
  const there = git.branches.get(branch);
  const head = there ?? git.commit(git.commitOf(base).tree, [base]);
  if (there === undefined) git.push(branch, null, head);
  const [from = base] = git.commitOf(head).parents;
  return { kind: "open", result: { outcome: "done", base: from, head } };
};

const develop: Work<"develop"> = async (at, spec) => {
  const { world } = at;
  const turn = await developTurns(at);
  if (turn) return { kind: "develop", result: turn };
  await takesTime(at, 1_000, 12_000);
  if (world.dice.chance(world.plan.modelMoods.asks / 4) && spec.clarifications.length === 0) {
    const question = { id: "q1", question: "Which way?", why: "both", suggested: "up" };
    return { kind: "develop", result: { outcome: "question", questions: [question] } };
  }
  const ref = await put(at, diff);
  const keeps = spec.mode === "address" && spec.patch !== null && world.dice.chance(0.5);
  const tree = keeps && spec.patch ? spec.patch.tree : world.engineer.tree(spec);
  const replies = spec.threads.map(({ id }) => ({ thread: id, text: "done" }));
  const done = { outcome: "done", patch: patchOf(spec.base, tree, ref), summary: "did it" } as const;
  return { kind: "develop", result: { ...done, rejections: [], testFiles: [], replies } };
};

type DevelopEnd = Extract<JobResult, { kind: "develop" }>["result"];

/** A turn or two with the provider; null when they were answered. */
async function developTurns(at: At): Promise<DevelopEnd | null> {
  const { world, process, lease } = at;
  const turns = world.dice.between(1, 2);
  for (let n = 1, answered = 0; answered < turns; n += 1) {
    const { job, fence, loop } = lease;
    const turn = `${job}~f${fence}~t${n}`;
    const labels = { loop, issue: "1", step: "implement", attempt: "1", turn };
    const request = { ...requestOf({ task: "develop" }), labels };
    const wish = { loop, turn, lease: { job, fence, runner: process.runner }, request };
    const outcome = await world.server
      .request(process.life, "turn", () => turnIn(world, world.server.process ?? world.life, wish))
      .catch(() => null);
    // Nobody knows what became of it: after a pause it is asked anew, under the next number.
    await (outcome === null ? takesTime(at, 1_000, 20_000) : takesTime(at, 10, 200));
    if (outcome === null || "inFlight" in outcome) continue;
    if ("answer" in outcome) answered += 1;
    else if (outcome.error.kind === "stopped") throw new JobStopped(outcome.error.message);
    else if (outcome.error.kind !== "turn-lost" && outcome.error.kind !== "garbage")
      return { outcome: "provider", error: outcome.error };
  }
  return null;
}

const protection = { kind: "process-limits", promises: [], gaps: [] } as const;
const lockedTests = [{ path: "test/round.test.ts", sha256: "c".repeat(64) }];

const verify: Work<"verify"> = async (at, spec) => {
  await takesTime(at, 1_000, 9_000);
  const { git } = at.world;
  const tree = spec.patch ? spec.patch.tree : git.commitOf(spec.head ?? "").tree;
  const truth = git.truthOf(tree);
  const gates: TreeTruth[] = spec.parts.includes("ci") ? ["ci"] : ["implement", "build", "test", "scan"];
  const verdicts: Verdict[] = [];
  for (const gate of gates) {
    const wrong = truth[gate];
    verdicts.push(wrong ? failed(gate, wrong) : passed(gate, spec.base, tree));
    if (wrong) break;
  }
  at.world.watch.verified(tree, verdicts);
  const foreign = spec.head !== null && !spec.parts.includes("ci");
  const patch = foreign ? patchOf(spec.base, tree, await put(at, diff)) : null;
  const measured = { weakened: [], signatures: [], scan: [], absentScanners: [], lockedTests };
  const done = { outcome: "done", verdicts, tree, patch, unproven: foreign, protection } as const;
  return { kind: "verify", result: { ...done, ...measured, protection: { ...protection, ...noLists } } };
};

const noLists = { promises: [] as string[], gaps: [] as string[] };

const kindsOf: Partial<Record<GateName, Receipt["kind"][]>> = {
  implement: ["red", "green"],
  build: ["build"],
  test: ["test"],
  scan: ["scan"],
  ci: ["ci"],
};

function passed(gate: TreeTruth, base: string, tree: string): Verdict {
  const receipts = (kindsOf[gate] ?? []).map((kind) => receipt(kind, base, tree));
  return { gate, outcome: "passed", receipts, evidence: null };
}

function receipt(kind: Receipt["kind"], base: string, tree: string): Receipt {
  const outcome = kind === "red" ? "failed" : "passed";
  const test = { id: "rounds", outcome, file: "test/round.test.ts", message: null } as const;
  return {
    ...{ kind, base, tree, commands: [], tests: [test], testFiles: lockedTests, tools: {}, log: null },
    protection: { kind: "process-limits", ...noLists },
  };
}

function failed(gate: TreeTruth, fingerprint: string): Verdict {
  const evidence = { summary: `${gate}: ${fingerprint}`, fingerprint, excerpt: fingerprint, log: null };
  return { gate, outcome: "failed", receipts: [], evidence };
}

const publish: Work<"publish"> = async (at, { branch, expectedHead, patch, secondParent }) => {
  const { git } = at.world;
  await stillOurs(at);
  await at.world.kernel.sleep(at.world.dice.between(20, 800), at.process.life);
  const parents = [expectedHead, ...(secondParent ? [secondParent] : [])];
  const head = git.branches.get(branch) ?? null;
  // An earlier try of this very push got through, and its answer did not.
  const before = head === null ? null : git.commitOf(head);
  const own = before?.tree === patch.tree && before.parents.join() === parents.join();
  if (own && head) return { kind: "publish", result: { outcome: "done", sha: head, tree: patch.tree } };
  const sha = git.commit(patch.tree, parents);
  if (!git.push(branch, expectedHead, sha))
    return { kind: "publish", result: { outcome: "head-moved", head } };
  return { kind: "publish", result: { outcome: "done", sha, tree: patch.tree } };
};

const rebase: Work<"rebase"> = async (at, { patch, onto }) => {
  const { git, dice, plan } = at.world;
  await takesTime(at, 200, 3_000);
  if (!dice.chance(plan.skill)) {
    const evidence = { summary: "", fingerprint: `conflict-${dice.between(1, 99)}`, excerpt: "", log: null };
    return { kind: "rebase", result: { outcome: "conflict", files: ["src/round.ts"], evidence } };
  }
  const ref = await put(at, diff);
  const moved = patchOf(onto, git.treeLike(patch.tree), ref);
  return { kind: "rebase", result: { outcome: "done", patch: moved, unchanged: true } };
};

const merge: Work<"merge"> = async (at, { branch, head, expectedBase }) => {
  const { git, watch, dice } = at.world;
  await stillOurs(at);
  await at.world.kernel.sleep(dice.between(20, 800), at.process.life);
  const before = git.mergeOf(head);
  if (before) return { kind: "merge", result: { outcome: "done", sha: before } };
  const there = git.branches.get(branch) ?? null;
  if (there !== head) return { kind: "merge", result: { outcome: "head-moved", head: there } };
  if (git.main !== expectedBase) return { kind: "merge", result: { outcome: "base-moved", base: git.main } };
  const sha = git.merge(branch, head);
  watch.merged(at.lease.loop, head);
  return { kind: "merge", result: { outcome: "done", sha } };
};
