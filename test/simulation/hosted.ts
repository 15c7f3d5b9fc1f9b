import type { LoopObject } from "../../workers/orchestrator/loop-object.ts";
import type { RepositoryObject } from "../../workers/orchestrator/repository-object.ts";
import type { Disk, Snapshot } from "../memory/disk.ts";
import type { Dice } from "./dice.ts";
import type { Faults } from "./faults.ts";
import { holdingLaw } from "./held.ts";
import { type Kernel, type Life, newLife } from "./kernel.ts";
import { acceptedBefore, checkKnownAgain } from "./known-again.ts";
import { NetworkFault } from "./network-fault.ts";
import { repositoryLaw } from "./repository-laws.ts";
import { IdleRings, RingsOfNothing } from "./spin.ts";
import { UnderWay } from "./under-way.ts";

/** One instance of an object's code, from its start to its end. */
export interface Incarnation {
  life: Life;
  object: LoopObject | RepositoryObject;
  /** When requests are let in. */
  ready: Promise<void>;
  /** Who waits for an answer of it. */
  waiting: Set<(fault: Error) => void>;
  underWay: UnderWay;
}

/** What an object's place needs of the server around it. */
export interface Place {
  kernel: Kernel;
  faults: Faults;
  dice: Dice;
  oneProcess: boolean;
  /** How long an instance that is at nothing stays in memory. */
  forgetsAfterMs: number;
  /** Is there a process that could wake it? */
  isUp(): boolean;
  clockOffset(): number;
  tell(who: string, what: string): void;
  /** Builds an object on its disk. With `keepAlive` it says what goes on when its callers have gone. */
  build(hosted: Hosted, life: Life, keepAlive: (work: Promise<unknown>) => void): Incarnation["object"];
}

/** An alarm that the platform forgot comes back with whatever wakes the object next, at the latest then. */
const wokenMsMax = 45 * 60_000;
/** The pause before an alarm whose run was cut. */
const againMs = 2_000;
/** How long a replaced instance may go on. */
const replacedMsMax = 60_000;

/** One object's place: its disk outlives its instances. */
export class Hosted {
  readonly name: string;
  readonly kind: "loop" | "repository";
  readonly disk: Disk;
  /** The instance that may write; null while it sleeps. */
  current: Incarnation | null = null;
  /** A copy of the disk of before, to be put back by a fault. */
  older: { snapshot: Snapshot; alarm: number | null; at: number } | null = null;
  instances = 0;
  /** Calls of the runtime that are on their way into the object. */
  ringing = 0;
  readonly idleRings = new IdleRings();
  readonly #ringsOfNothing = new RingsOfNothing();
  /** Grows with what happened to the object, its own alarms aside. */
  #happened = 0;
  /** An alarm was lost, and what will wake the object is on its way. */
  wakesLater = 0;
  readonly #place: Place;
  #replaced: Incarnation[] = [];
  #armed: { at: number; cancel: () => void } | null = null;

  constructor(place: Place, kind: Hosted["kind"], name: string, disk: Disk) {
    this.#place = place;
    this.kind = kind;
    this.name = name;
    this.disk = disk;
    disk.refuse = () => {
      if (place.faults.strike("write-refused", name)) throw new Error("SQLITE_FULL: disk is full");
    };
  }

  /** Does the method of whoever is there; wakes the object when nobody is. */
  async deliver(method: string, args: unknown[], newest = false): Promise<unknown> {
    if (!this.#place.isUp()) throw new NetworkFault(`${this.name}: the process is down`);
    if (method !== "alarm") this.#happened += 1;
    this.#perhapsReplace();
    const instance = newest ? this.wake() : this.#chosen();
    return new Promise((resolve, reject) => {
      instance.waiting.add(reject);
      const settled = () => instance.waiting.delete(reject);
      const run = async () => {
        await instance.ready;
        if (!instance.life.alive) throw new NetworkFault(`${this.name} was reset`);
        const asked = instance.object[method as "wake"] as (...all: unknown[]) => Promise<unknown>;
        const known = acceptedBefore(this.disk, method, args);
        const checkHeld = holdingLaw(this.disk, method, args);
        const checkRepository = repositoryLaw(this.disk, { name: this.name, method, args });
        try {
          const value = await asked.apply(instance.object, args);
          if (known) checkKnownAgain({ value }, args);
          checkHeld(value);
          checkRepository(value);
          return value;
        } catch (thrown) {
          if (known) checkKnownAgain({ thrown }, args);
          throw thrown;
        }
      };
      const ran = run();
      instance.underWay.until(ran);
      ran.then(
        (value) => {
          settled();
          resolve(value);
        },
        (thrown) => {
          settled();
          reject(thrown as Error);
        },
      );
    });
  }

  /** The instance is gone, and what it was at with it. */
  drop(why: string): void {
    this.#happened += 1;
    for (const instance of [...this.#replaced, ...(this.current ? [this.current] : [])])
      end(instance, why, this.name);
    this.#replaced = [];
    this.current = null;
  }

  /** The instance of this life ends itself. */
  endOf(life: Life, why: string): void {
    this.#place.tell(this.name, `ends itself: ${why}`);
    this.#happened += 1;
    for (const instance of [...this.#replaced, ...(this.current ? [this.current] : [])])
      if (instance.life === life) end(instance, why, this.name);
    this.#replaced = this.#replaced.filter((each) => each.life !== life);
    if (this.current?.life === life) this.current = null;
  }

  wake(): Incarnation {
    if (this.current) return this.current;
    this.instances += 1;
    const life = newLife(this.name);
    const underWay = new UnderWay(this.#place, life, () => this.#leave(instance));
    const object = this.#place.build(this, life, (work) => underWay.until(work));
    const ready = object.look();
    const instance: Incarnation = { life, object, ready, underWay, waiting: new Set() };
    this.current = instance;
    const begun = ready.then(() => {
      if (life.alive) object.begin();
    });
    underWay.until(begun);
    return instance;
  }

  /** The instance did nothing for a while: the next call or alarm makes a new one. */
  #leave(instance: Incarnation): void {
    instance.life.alive = false;
    this.#happened += instance.life.failedCalls;
    this.#replaced = this.#replaced.filter((each) => each !== instance);
    if (this.current === instance) this.current = null;
  }

  /** May the instance of this life write? */
  isCurrent(life: Life): boolean {
    return this.current === null || this.current.life === life;
  }

  #chosen(): Incarnation {
    const newest = this.wake();
    const [old] = this.#replaced;
    return old?.life.alive && this.#place.dice.chance(0.5) ? old : newest;
  }

  #perhapsReplace(): void {
    const { faults, kernel, oneProcess } = this.#place;
    if (oneProcess || !this.current || !faults.strike("two-instances", this.name)) return;
    const old = this.current;
    this.#replaced.push(old);
    this.current = null;
    this.wake();
    kernel.after(faults.diceOf("two-instances").fraction() * replacedMsMax, old.life, () => {
      end(old, "it was replaced", this.name);
      this.#replaced = this.#replaced.filter((each) => each !== old);
    });
  }

  /** It is written together with the rows of the transaction that is open, and undone with them. */
  setAlarm(wallTime: number | null): void {
    const before = this.disk.alarm;
    this.disk.alarm = wallTime;
    this.disk.onUndo(() => {
      this.disk.alarm = before;
      this.armFromDisk();
    });
    this.armFromDisk();
  }

  /** The runtime comes back when the machine's clock shows the alarm's time. */
  armFromDisk(): void {
    const { alarm } = this.disk;
    if (alarm === null) return this.#disarm();
    const { kernel } = this.#place;
    const at = alarm - this.#place.clockOffset();
    if (this.#armed?.at === at) return;
    this.#armed?.cancel();
    this.#armed = { at, cancel: kernel.after(at - kernel.now, alarmLife, () => this.#fire()) };
  }

  #disarm(): void {
    this.#armed?.cancel();
    this.#armed = null;
  }

  #fire(): void {
    this.#armed = null;
    const { alarm } = this.disk;
    const { faults, kernel } = this.#place;
    if (alarm === null || !this.#place.isUp()) return;
    if (kernel.now + this.#place.clockOffset() < alarm) return this.armFromDisk();
    this.disk.alarm = null;
    if (faults.strike("alarm-lost", this.name)) {
      this.wakesLater += 1;
      kernel.after(faults.diceOf("alarm-lost").fraction() * wokenMsMax, alarmLife, () => {
        this.wakesLater -= 1;
        this.#ring("wake", [false]);
      });
      return;
    }
    this.#countIfIdle();
    const times = faults.strike("alarm-doubled", this.name) ? 2 : 1;
    for (let time = 1; time <= times; time += 1) this.#ring("alarm", []);
  }

  #countIfIdle(): void {
    const { current } = this;
    if (current && !current.underWay.isIdle) return;
    const did = this.#happened + (current?.life.failedCalls ?? 0) + this.disk.changes;
    this.#ringsOfNothing.count(this.name, did);
  }

  #ring(method: string, args: unknown[]): void {
    if (!this.#place.isUp()) return this.#ringLater();
    this.ringing += 1;
    this.idleRings.count(this.name, this.#place.kernel.now);
    const over = () => {
      this.ringing -= 1;
    };
    this.deliver(method, args, true).then(over, (thrown: Error) => {
      over();
      this.#place.tell(this.name, `its alarm was cut: ${thrown.message}`);
      this.#ringLater();
    });
  }

  /** The runtime calls an alarm again whose run was cut. */
  #ringLater(): void {
    const { kernel, clockOffset } = this.#place;
    this.disk.alarm ??= kernel.now + clockOffset() + againMs;
    this.armFromDisk();
  }

  /** The clock jumped: the alarm's time is another one now. */
  rearm(): void {
    this.#happened += 1;
    this.#disarm();
    this.armFromDisk();
  }

  /** An older copy of the disk is put back, as a restore does; the object begins anew on it. */
  putBack(): void {
    if (!this.older) return;
    this.drop("an older copy was put back");
    this.disk.restore(this.older.snapshot);
    this.disk.alarm = this.older.alarm;
    this.rearm();
  }

  keepCopy(): void {
    this.older = { snapshot: this.disk.snapshot(), alarm: this.disk.alarm, at: this.#place.kernel.now };
  }
}

function end(instance: Incarnation, why: string, name: string): void {
  instance.life.alive = false;
  const fault = new NetworkFault(`${name} was reset: ${why}`);
  for (const reject of instance.waiting) reject(fault);
  instance.waiting.clear();
}

/** Alarms are the platform's: they outlive instances and processes. */
const alarmLife: Life = newLife("alarm");
