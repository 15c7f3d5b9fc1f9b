import type { JobResult } from "@tamma/core/domain/loop/jobs.ts";
import type { LeaseResponse } from "@tamma/core/protocol/runner.ts";
import * as routes from "../../workers/orchestrator/runners.ts";
import type { Answer } from "../../workers/rpc.ts";
import { type Hand, JobStopped, jobResult } from "./jobs.ts";
import { type Life, newLife } from "./kernel.ts";
import { NetworkFault } from "./network-fault.ts";
import type { World } from "./world.ts";

/** A runner that is not told of work asks for it seldom, and ever more seldom. */
const idleMsMin = 20 * 60_000;
const idleMsMax = 6 * 60 * 60_000;
/** A job that follows another one is offered sooner than that, when nothing is wrong. */
const nextJobMs = 3_000;
/** Three heartbeats in a lease, with room for one that is lost. */
const heartbeatMs = 9_000;
const retryMsMax = 9_000;
/** A report that nobody takes is given up: the lease is long over then. */
const reportTriesMax = 40;

/** All runners of the repository, and the processes in which they run. */
export class Runners {
  readonly #world: World;
  #idle: (() => void)[] = [];
  #processes = 0;

  constructor(world: World) {
    this.#world = world;
  }

  start(): void {
    for (let n = 1; n <= this.#world.plan.runners; n += 1) this.startProcess(`runner-${n}`, []);
  }

  startProcess(runner: string, gone: string[]): void {
    this.#processes += 1;
    const process = new RunnerProcess(this.#world, this, runner, `${runner}.${this.#processes}`, gone);
    void process.run();
  }

  /** A job was offered: who has been idle longest asks again soon, and sometimes the others too. */
  wake(): void {
    const all = this.#world.dice.chance(0.2);
    for (const wake of this.#idle.splice(0, all ? this.#idle.length : 1)) wake();
  }

  /** Resolves after `ms`, or when a job was offered. */
  idle(ms: number, life: Life): Promise<void> {
    const { kernel, dice } = this.#world;
    return new Promise((resolve) => {
      const wake = () => {
        late();
        kernel.after(dice.between(20, 2_000), life, resolve);
      };
      const late = kernel.after(ms, life, () => {
        this.#idle = this.#idle.filter((each) => each !== wake);
        resolve();
      });
      this.#idle.push(wake);
    });
  }
}

/** One process of a runner: asks for jobs, does them, reports. */
class RunnerProcess implements Hand {
  readonly life: Life;
  readonly runner: string;
  readonly #instance: string;
  readonly #received: string[] = [];
  readonly #world: World;
  readonly #all: Runners;
  #gone: string[];

  constructor(world: World, all: Runners, runner: string, instance: string, gone: string[]) {
    this.#world = world;
    this.#all = all;
    this.runner = runner;
    this.#instance = instance;
    this.#gone = gone;
    this.life = newLife(instance);
  }

  async run(): Promise<void> {
    const { kernel, dice } = this.#world;
    let idleMs = idleMsMin;
    for (;;) {
      const lease = await this.#ask();
      if (lease === "no answer") await kernel.sleep(dice.between(500, retryMsMax), this.life);
      else if (lease === null) {
        await this.#all.idle(idleMs, this.life);
        idleMs = Math.min(idleMs * 2, idleMsMax);
      } else {
        idleMs = idleMsMin;
        await this.#work(lease);
        // What comes next is mostly offered in a moment; some ask before that.
        if (dice.chance(0.8)) await this.#all.idle(nextJobMs, this.life);
      }
    }
  }

  async #ask(): Promise<LeaseResponse | null | "no answer"> {
    const { server } = this.#world;
    const request = {
      ...{ protocol: 1, labels: [], tools: {}, waitMs: 0, loop: null, instance: this.#instance },
      ...{ received: [...this.#received], gone: this.#gone },
    };
    try {
      const asked = await server.request(this.life, "lease", (parts) =>
        routes.lease(parts, { runner: this.runner, scope: null }, request, null),
      );
      this.#gone = [];
      if (!asked.ok || asked.value === null) return null;
      this.#received.push(`${asked.value.job}:${asked.value.fence}`);
      return asked.value;
    } catch (thrown) {
      this.#tell(`asks for a job: ${messageOf(thrown)}`);
      return "no answer";
    }
  }

  async #work(lease: LeaseResponse): Promise<void> {
    const { job, fence, spec } = lease;
    this.#tell(`begins ${spec.kind} ${short(job)} fence ${fence}`);
    const held = { stop: false, over: false, frozen: false };
    void this.#keep(lease, held);
    let result: JobResult;
    try {
      result = await jobResult(this.#world, this, lease, held);
    } catch (thrown) {
      if (!(thrown instanceof JobStopped)) throw thrown;
      result = { kind: spec.kind, result: { outcome: "stopped", reason: thrown.message } } as JobResult;
    }
    await this.pauses(held, "before it reports");
    await this.#report(lease, result);
    held.over = true;
  }

  /** Heartbeats, until the job is over or another one has it. */
  async #keep(lease: LeaseResponse, held: { stop: boolean; over: boolean; frozen: boolean }): Promise<void> {
    while (!held.over && !held.stop) {
      await this.#world.kernel.sleep(heartbeatMs, this.life);
      if (held.over || held.frozen) continue;
      if ((await this.holds(lease)) === false) held.stop = true;
    }
  }

  /** Does the server say that the job is still ours? Null when it says nothing. */
  async holds({ job, fence }: LeaseResponse): Promise<boolean | null> {
    try {
      const said = await this.#world.server.request(this.life, "heartbeat", (parts) =>
        routes.heartbeat(parts, this.runner, job, { fence, part: null }),
      );
      return said.ok ? said.value.continue : false;
    } catch {
      return null;
    }
  }

  /** A process may stand still for minutes, or end in the middle; then another one comes. */
  async pauses(held: { frozen: boolean }, when: string): Promise<void> {
    const { faults, kernel, dice } = this.#world;
    if (faults.strike("runner-vanishes", this.#instance, when)) {
      this.life.alive = false;
      const gone = dice.chance(0.6) ? [this.#instance] : [];
      const { runner } = this;
      kernel.after(dice.between(1_000, 600_000), this.#world.life, () =>
        this.#all.startProcess(runner, gone),
      );
      return new Promise(() => {});
    }
    if (!faults.strike("runner-zombie", this.#instance, when)) return;
    held.frozen = true;
    await kernel.sleep(dice.between(35_000, 900_000), this.life);
    held.frozen = false;
  }

  async #report({ job, fence }: LeaseResponse, result: JobResult): Promise<void> {
    const { kernel, dice, server } = this.#world;
    const { outcome } = result.result;
    for (let tries = 0; tries < reportTriesMax; tries += 1)
      try {
        const answer: Answer<unknown> = await server.request(this.life, "result", (parts) =>
          routes.result(parts, this.runner, job, { fence, result }),
        );
        const said = answer.ok ? "taken" : answer.refusal.code;
        this.#tell(`reports ${result.kind} ${short(job)} ${outcome}: ${said}`);
        return;
      } catch (thrown) {
        if (!(thrown instanceof NetworkFault)) this.#tell(`reports ${short(job)}: ${messageOf(thrown)}`);
        await kernel.sleep(dice.between(500, retryMsMax), this.life);
      }
  }

  #tell(what: string): void {
    this.#world.tell(this.#instance, what);
  }
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** A job's id without its repository. */
function short(job: string): string {
  return job.slice(job.lastIndexOf("/") + 1);
}
