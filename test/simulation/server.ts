import { copyLimit } from "../../workers/orchestrator/copy-limit.ts";
import type { IssueLoopRpc, RepoCoordinatorRpc } from "../../workers/orchestrator/objects.ts";
import type { Parts } from "../../workers/orchestrator/parts.ts";
import { Disk } from "../memory/disk.ts";
import { type MemoryCopy, memoryCopy } from "../memory/log-copy.ts";
import type { Dice } from "./dice.ts";
import type { Faults } from "./faults.ts";
import { Hosted, type Incarnation, type Place } from "./hosted.ts";
import { type Kernel, type Life, newLife } from "./kernel.ts";
import { NetworkFault } from "./network-fault.ts";
import type { Plan } from "./plan.ts";
import type { Story } from "./story.ts";

/** How long a call inside the server takes at most, when nothing is wrong. */
const callMsMax = 12;
/** The same over the network. */
const requestMsMax = 60;

/** How objects and requests are put together: assemble.ts. */
export interface Assembly {
  build(hosted: Hosted, life: Life, keepAlive: (work: Promise<unknown>) => void): Incarnation["object"];
  /** What a request's code works with. */
  partsOf(life: Life): Parts;
}

/**
 * The place where objects live: finds or wakes the one that is asked, carries calls and answers, and is the
 * process that may die.
 */
export class Server {
  /** How far the machine's clock is off. */
  clockOffset = 0;
  /** This run of the process; null while it is down. */
  process: Life | null = newLife("process 1");
  boots = 1;
  /** Who copies to D1: the process remembers it, also when one of its objects ends. */
  copies = copyLimit();
  /** Calls that were to make an object say once more what it wants, and failed. */
  unwoken = 0;
  readonly objects = new Map<string, Hosted>();
  readonly copy: MemoryCopy = memoryCopy();
  /** Called when the process is back, to wake what has work. */
  onStart: () => void = () => {};
  readonly kernel: Kernel;
  readonly faults: Faults;
  readonly story: Story;
  readonly dice: Dice;
  readonly oneProcess: boolean;
  readonly forgetsAfterMs: number;
  assembly!: Assembly;

  constructor(world: {
    kernel: Kernel;
    faults: Faults;
    story: Story;
    dice: Dice;
    plan: Pick<Plan, "oneProcess" | "forgetsAfterMs">;
  }) {
    this.kernel = world.kernel;
    this.faults = world.faults;
    this.story = world.story;
    this.dice = world.dice;
    this.oneProcess = world.plan.oneProcess;
    this.forgetsAfterMs = world.plan.forgetsAfterMs;
  }

  /** What the machine's clock shows. */
  wall(): number {
    return this.kernel.now + this.clockOffset;
  }

  tell(who: string, what: string, mark?: string): void {
    this.story.tell(this.kernel.now, who, what, mark);
  }

  objectAt(kind: Hosted["kind"], name: string): Hosted {
    const known = this.objects.get(name);
    if (known) return known;
    const hosted = new Hosted(
      { ...this.#place(), build: (...args) => this.assembly.build(...args) },
      kind,
      name,
      new Disk(),
    );
    this.objects.set(name, hosted);
    return hosted;
  }

  #place(): Omit<Place, "build"> {
    const { kernel, faults, dice, oneProcess, forgetsAfterMs } = this;
    return {
      ...{ kernel, faults, dice, oneProcess, forgetsAfterMs },
      isUp: () => this.process !== null,
      clockOffset: () => this.clockOffset,
      tell: (who, what) => this.tell(who, what),
    };
  }

  /** A way to a loop's object, for somebody who may die before the answer is there. */
  loopFor(caller: Life, name: string): IssueLoopRpc {
    return this.#stub(caller, "loop", name) as IssueLoopRpc;
  }

  coordinatorFor(caller: Life, name: string): RepoCoordinatorRpc {
    return this.#stub(caller, "repository", name) as RepoCoordinatorRpc;
  }

  #stub(caller: Life, kind: Hosted["kind"], name: string): unknown {
    const call = (method: string, args: unknown[]) =>
      this.#call(caller, this.objectAt(kind, name), method, args);
    return new Proxy(
      {},
      {
        // Nobody may take a stub for a promise.
        get: (_, method: string) =>
          method === "then" ? undefined : (...args: unknown[]) => call(method, args),
      },
    );
  }

  #call(caller: Life, to: Hosted, method: string, args: unknown[]): Promise<unknown> {
    const { faults, kernel } = this;
    return new Promise((resolve, reject) => {
      const fail = (thrown: Error) => {
        caller.failedCalls += 1;
        if (method === "wake" && args[0] === true) this.unwoken += 1;
        reject(thrown);
      };
      const lose = () => fail(new NetworkFault(`${method} of ${to.name}: the connection was lost`));
      const doubled = faults.strike("request-doubled", to.name, method);
      const times = doubled ? 2 : 1;
      for (let time = 1; time <= times; time += 1) {
        const lost = faults.strike("request-lost", to.name, method);
        kernel.after(this.#latency(callMsMax, to.name), forAll, () => {
          if (lost) return kernel.after(callMsMax, caller, lose);
          const answered = to.deliver(method, args);
          if (time > 1) return answered.catch(() => {});
          const goes = faults.strike("answer-lost", to.name, method);
          const back = (settle: () => void) =>
            kernel.after(this.#latency(callMsMax, to.name), caller, goes ? lose : settle);
          answered.then(
            (value) => back(() => resolve(value)),
            (thrown) => back(() => fail(thrown as Error)),
          );
        });
      }
    });
  }

  #latency(msMax: number, who: string): number {
    if (!this.faults.strike("late", who)) return this.dice.fraction() * msMax;
    const dice = this.faults.diceOf("late");
    return dice.pick([1_000, 10_000, 90_000]) * dice.fraction();
  }

  /** A request of somebody outside, over the network. Rejects with `NetworkFault` when no answer comes. */
  request<T>(client: Life, what: string, work: (parts: Parts) => Promise<T>): Promise<T> {
    const { kernel, faults } = this;
    return new Promise((resolve, reject) => {
      const lose = () => reject(new NetworkFault(`${what}: no answer`));
      const losing = () => kernel.after(this.#latency(requestMsMax, what), client, lose);
      const times = faults.strike("request-doubled", what) ? 2 : 1;
      for (let time = 1; time <= times; time += 1) {
        const lost = faults.strike("request-lost", what);
        kernel.after(this.#latency(requestMsMax, what), forAll, () => {
          const { process } = this;
          if (lost || !process) return losing();
          const answered = Promise.resolve().then(() => work(this.assembly.partsOf(process)));
          if (time > 1) return answered.catch(() => {});
          const ended = this.#whenProcessEnds(losing);
          const goes = faults.strike("answer-lost", what);
          const back = (settle: () => void) => {
            ended();
            kernel.after(this.#latency(requestMsMax, what), client, goes ? lose : settle);
          };
          answered.then(
            (value) => back(() => resolve(value)),
            (thrown) => back(() => reject(thrown as Error)),
          );
        });
      }
    });
  }

  /** Work in the Worker for an object: it lives as long as the process, not as long as who asked. */
  inWorker<T>(caller: Life, what: string, work: (process: Life) => Promise<T>): Promise<T> {
    const { kernel } = this;
    return new Promise((resolve, reject) => {
      const lose = () => reject(new NetworkFault(`${what}: the Worker is gone`));
      kernel.after(this.#latency(callMsMax, what), forAll, () => {
        const { process } = this;
        if (!process) return kernel.after(callMsMax, caller, lose);
        const ended = this.#whenProcessEnds(lose);
        const back = (settle: () => void) => {
          ended();
          kernel.after(this.#latency(callMsMax, what), caller, settle);
        };
        work(process).then(
          (value) => back(() => resolve(value)),
          (thrown) => back(() => reject(thrown as Error)),
        );
      });
    });
  }

  readonly #cut = new Set<() => void>();

  /** Who waits for an answer of this process is told when it ends. */
  #whenProcessEnds(cut: () => void): () => void {
    this.#cut.add(cut);
    return () => this.#cut.delete(cut);
  }

  /** Everything in the process is gone at once; what is on disk stays. */
  killProcess(): void {
    if (this.process) this.process.alive = false;
    this.process = null;
    for (const hosted of this.objects.values()) hosted.drop("the process ended");
    for (const cut of this.#cut) cut();
    this.#cut.clear();
  }

  startProcess(): void {
    if (this.process) return;
    this.boots += 1;
    this.copies = copyLimit();
    this.process = newLife(`process ${this.boots}`);
    this.tell("server", "starts again");
    for (const hosted of this.objects.values()) hosted.armFromDisk();
    this.onStart();
  }
}

/** On the way a message belongs to nobody. */
const forAll: Life = newLife("the network");
