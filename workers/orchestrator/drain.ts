import type { PendingEffect, Store } from "@tamma/core/ports/store.ts";
import { inFlight } from "../in-flight.ts";
import { earliest } from "./earliest.ts";
import { logError } from "./log.ts";

/** Outside calls at once: Cloudflare holds back the seventh connection of an object. */
const effectsAtOnceMax = 6;

/**
 * While an effect is under way the alarm comes back after this: it finds a crash, and costs next to nothing.
 */
const safetyNetMs = 30_000;

/**
 * An alarm in the past fires at once; a little later gives the running drain the time to do the work itself.
 */
const alarmDelayMs = 1_000;

export interface DrainWork {
  store: Pick<Store, "dueEffects" | "nextDue">;
  now(): number;
  /** Fires what is due by time alone (timers, leases). Must not throw for one of them. */
  fireTimers(now: number): void;
  /** Performs one effect and records how it ended. Must not throw. */
  perform(pending: PendingEffect): Promise<void>;
  /** Further wishes to be woken (leases, the outbox); null when there is none. */
  nextWake(): number | null;
  setAlarm(at: number): void;
  /** Is the alarm set for this time or earlier? */
  isArmed?: ((at: number) => boolean) | undefined;
  /** Sets the alarm also when it is later than the one that is set; null: takes it back. */
  restAlarm?: ((at: number | null) => void) | undefined;
}

/**
 * Performs what is due until the object has to wait. One drain runs at a time; `kick` starts it or tells the
 * running one to look again. The alarm is only the safety net: it is armed with every write, so that a crash
 * resumes.
 */
export interface Drain {
  /** Call it after every write, in the same turn: it arms the alarm and starts the work. */
  kick(): void;
  /** When nothing is due and nothing is under way. */
  idle(): Promise<void>;
  /** Arms the alarm for whatever comes next. */
  arm(): void;
  /**
   * The same, also later than it is armed, once nothing is under way here and with the `others`. What was
   * armed in case of a crash would wake a new instance, which arms again: an object without work would wake
   * for ever.
   */
  rest(others: readonly { idle(): Promise<void> }[]): Promise<void>;
}

/** What is under way, and the beginning of more. */
function effectsUnderWay(work: DrainWork) {
  const busy = new Map<string, Promise<void>>();
  const keyOf = (pending: PendingEffect) => `${pending.stream.id} ${pending.key}`;

  /** True: more is due than may be under way at once. */
  function startDue(): boolean {
    // What the next start finds due is begun there.
    if (inFlight.ending) return false;
    work.fireTimers(work.now());
    for (const pending of work.store.dueEffects(work.now())) {
      const key = keyOf(pending);
      if (busy.has(key)) continue;
      if (busy.size >= effectsAtOnceMax) return true;
      const done = work.perform(pending).finally(() => busy.delete(key));
      busy.set(key, done);
    }
    return false;
  }

  return { busy, startDue };
}

export function drainOf(work: DrainWork, keepAlive: (promise: Promise<unknown>) => void): Drain {
  const { busy, startDue } = effectsUnderWay(work);
  let running: Promise<void> | null = null;
  let lookAgain: () => void = () => {};
  /** Something was written since the running drain looked last. */
  let dirty = false;

  async function run(): Promise<void> {
    for (;;) {
      const again = new Promise<void>((resolve) => {
        lookAgain = resolve;
      });
      dirty = false;
      const moreIsDue = startDue();
      if (busy.size === 0) return;
      await Promise.race([again, ...busy.values()]);
      // Nothing was written since but how an effect ended, and perhaps when it is tried again.
      while (!dirty && !moreIsDue && busy.size > 0) {
        arm();
        await Promise.race([again, ...busy.values()]);
      }
      if (!dirty && !moreIsDue) return;
    }
  }

  function arm(): void {
    // Nothing is wished for earlier than this: whatever it is, that alarm finds it.
    if (work.isArmed?.(work.now() + alarmDelayMs)) return;
    const due = work.store.nextDue(notToBegin([...busy.keys()], work.store));
    const wishes = [due, work.nextWake()].filter((at) => at !== null);
    if (busy.size > 0 || running) wishes.push(work.now() + safetyNetMs);
    if (wishes.length > 0) work.setAlarm(Math.max(Math.min(...wishes), work.now() + alarmDelayMs));
  }

  async function rest(others: readonly { idle(): Promise<void> }[]): Promise<void> {
    await idle();
    for (const other of others) await other.idle();
    if (busy.size === 0 && !running) restUntilDue(work);
  }

  async function idle(): Promise<void> {
    while (running) await running;
  }

  function kick(): void {
    arm();
    dirty = true;
    if (running) {
      lookAgain();
      return;
    }
    // Not in the caller's turn: its own transaction may still be open.
    running = Promise.resolve()
      .then(run)
      .catch((thrown: unknown) => logError("drain", thrown))
      .finally(() => {
        running = null;
        if (dirty) kick();
        else arm();
      });
    keepAlive(running);
  }

  return { arm, rest, kick, idle };
}

function restUntilDue({ store, nextWake, now, restAlarm }: DrainWork): void {
  const next = earliest(store.nextDue(new Set()), nextWake());
  restAlarm?.(next === null ? null : Math.max(next, now() + alarmDelayMs));
}

/** Effects that no alarm could begin: those under way, and while no more fit beside them all others too. */
function notToBegin(busy: readonly string[], store: Pick<Store, "dueEffects">): Set<string> {
  if (busy.length < effectsAtOnceMax) return new Set(busy.map((key) => key.slice(key.indexOf(" ") + 1)));
  return new Set(store.dueEffects(Number.POSITIVE_INFINITY).map(({ key }) => key));
}
