import type { Sha } from "@tamma/core/domain/ids.ts";
import type { Evidence } from "@tamma/core/domain/loop/evidence.ts";
import type { JobSpecOf } from "@tamma/core/domain/loop/jobs.ts";
import { excerptCharsMax } from "@tamma/core/domain/policy/limits.ts";
import { phaseText } from "@tamma/core/prompts/develop.ts";
import type { Phase } from "@tamma/core/protocol/agent-tools.ts";
import type { FinishAnswer } from "../agent/agent.ts";
import type { Desk } from "../agent/desk.ts";
import type { ToolInput } from "../agent/tool-call.ts";
import { type Bench, changedBetween, putTree } from "../proof/bench.ts";
import { treeOf } from "../workspace/patch.ts";
import { type Baseline, DevelopJudge, type Refusal, repliesOf } from "./develop-judge.ts";

/** A phase that is refused so often is not understood; another job with the evidence may do better. */
const refusalsMax = 3;

type Finish = ToolInput<"finish">;

/** The phases of one develop job: what `finish` means in each, and what is proven so far. */
export class DevelopPhases {
  /** What was refused in red, for the record. */
  readonly rejections: string[] = [];
  readonly commits: { phase: Phase; message: string; paths: string[] }[] = [];
  replies: { thread: string; text: string }[] = [];
  summary = "";
  /** The tree that is proven green; a refactoring that breaks it is taken back to here. */
  greenTree: Sha | null = null;
  /**
   * The tree of the last accepted phase. It was taken before the suite ran, so that what a suite leaves
   * behind
   * (coverage, logs) does not come into the patch.
   */
  accepted: Sha | null = null;
  private refused = 0;
  private readonly spec: JobSpecOf<"develop">;
  private readonly bench: Bench;
  private readonly desk: Desk;
  private readonly by: DevelopJudge;
  /** The tree at the beginning of the phase. */
  private start: Sha;

  constructor(spec: JobSpecOf<"develop">, bench: Bench, desk: Desk, baseline: Baseline, start: Sha) {
    this.spec = spec;
    this.bench = bench;
    this.desk = desk;
    this.by = new DevelopJudge(spec, bench, desk, baseline);
    this.start = start;
  }

  /** Judges the present phase; accepted, it moves on to the next one. */
  async finish(input: Finish): Promise<FinishAnswer> {
    const phase = this.desk.phase;
    const tree = await treeOf(this.bench.workspace, this.bench.base);
    if (phase === "refactor") return await this.finishRefactor(input, tree);
    const refusal = (await this.by.lockBroken(tree)) ?? (await this.judge(phase, input, tree));
    // What the runs left behind is no work of the agent.
    await putTree(this.bench, tree);
    if (refusal) return this.refuse(phase, refusal);
    this.summary = input.summary;
    this.replies = repliesOf(this.spec, input);
    await this.commit(phase, input.commit, tree);
    this.start = tree;
    this.accepted = tree;
    this.refused = 0;
    if (phase === "red")
      return this.next("green", "Red is proven: the new tests fail on the unchanged code.");
    if (phase !== "green" || !this.spec.plan.needsTests) return { accepted: true, text: "done", end: true };
    this.greenTree = tree;
    return this.next("refactor", "Green is proven: the new tests and the whole suite pass.");
  }

  private async judge(phase: Exclude<Phase, "refactor">, input: Finish, tree: Sha): Promise<Refusal | null> {
    switch (phase) {
      case "red":
        return await this.by.red(tree, this.start);
      case "green":
        return this.spec.plan.needsTests ? await this.by.tests() : await this.by.words(tree);
      case "fix":
        return await this.by.fix(tree, this.start);
      case "address":
        return await this.by.address(input, tree, this.start);
      default:
        return phase satisfies never;
    }
  }

  private next(phase: Phase, said: string): FinishAnswer {
    this.desk.phase = phase;
    return { accepted: true, text: `${said}\n${phaseText(phase)}`, end: false };
  }

  private refuse(phase: Phase, { text, fingerprint }: Refusal): FinishAnswer {
    this.refused += 1;
    if (phase === "red") this.rejections.push(text);
    // Green has the turns and the same-failure detector; the other phases have few ways to be right.
    const over = phase !== "green" && this.refused >= refusalsMax;
    const summary = `phase ${phase} was refused ${this.refused} times`;
    const end: Evidence | null = over
      ? { summary, fingerprint, excerpt: `${text}${this.sentBack()}`.slice(0, excerptCharsMax), log: null }
      : null;
    return { accepted: false, text: `Refused: ${text}\nThe phase ${phase} stays open.`, fingerprint, end };
  }

  /**
   * What the gate had sent this job for. Without it the next attempt, and the person who gets the card, would
   * only read that nothing was mended, and not what.
   */
  private sentBack(): string {
    const sent = this.spec.mode === "work" ? null : this.spec.evidence;
    if (!sent) return "";
    const { gate, evidence } = sent;
    // Sent back twice, the first reason stands in the excerpt already.
    const before = evidence.excerpt.search(/\nGate \w+ had said: /);
    if (before >= 0) return evidence.excerpt.slice(before);
    return `\nGate ${gate} had said: ${evidence.summary}\n${evidence.excerpt}`;
  }

  private async finishRefactor(input: Finish, tree: Sha): Promise<FinishAnswer> {
    if (tree !== this.greenTree) {
      const refusal = (await this.by.lockBroken(tree)) ?? (await this.by.tests());
      if (refusal) {
        this.desk.context.log(`The refactoring is taken back: ${refusal.text}\n`);
        await this.backToGreen();
      } else {
        await this.commit("refactor", input.commit, tree);
        this.accepted = tree;
      }
    }
    return { accepted: true, text: "done", end: true };
  }

  /** Puts the workspace back to what is proven green. */
  async backToGreen(): Promise<void> {
    if (this.greenTree === null) return;
    this.accepted = this.greenTree;
    await putTree(this.bench, this.greenTree);
  }

  private async commit(phase: Phase, message: string, tree: Sha): Promise<void> {
    const paths = (await changedBetween(this.bench.workspace, this.start, tree)).map(({ path }) => path);
    if (paths.length > 0) this.commits.push({ phase, message, paths });
  }
}
