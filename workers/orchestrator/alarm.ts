import type { ObjectStore } from "./object-store.ts";

/** The one alarm of an object. Setting it is a write of its own beside the object's rows. */
export interface Alarm {
  /** Wakes the object at this time (by its own clock) or earlier. */
  set(at: number): void;
  /** Is it set already for this time or earlier? */
  isSet(at: number): boolean;
  /** Nothing is under way: wakes the object as late as this; null: not at all. */
  rest(at: number | null): void;
  /** What was set since may have been undone with the rows. */
  forget(): void;
}

/** An alarm that is about to fire is as good as none: it may be under way already. */
const aboutToFireMs = 100;

/**
 * Sets the alarm only when it has to be earlier. One that fires too early costs one look at the rows and is
 * set anew then; one that is moved with every command costs a write, with its wait for the disk, each time.
 *
 * @param clock the machine's clock, and how a time of the object's own is called there
 */
export function alarmOf(
  storage: Pick<DurableObjectStorage, "setAlarm" | "deleteAlarm">,
  clock: { wall(): number; wallTime(at: number): number },
): Alarm {
  /** By the machine's clock; null when nobody knows. */
  let armed: number | null = null;
  const isSet = (at: number) =>
    armed !== null && armed > clock.wall() + aboutToFireMs && armed <= clock.wallTime(at);
  return {
    isSet,
    forget: () => {
      armed = null;
    },
    set: (at) => {
      if (isSet(at)) return;
      armed = clock.wallTime(at);
      // Not awaited: it is written together with the rows of the same turn.
      void storage.setAlarm(armed);
    },
    rest: (at) => {
      armed = at === null ? null : clock.wallTime(at);
      void (armed === null ? storage.deleteAlarm() : storage.setAlarm(armed));
    },
  };
}

/** The same store, which tells the alarm when rows are undone: what was set with them is undone too. */
export function forgettingWith(alarm: Pick<Alarm, "forget">, store: ObjectStore): ObjectStore {
  return {
    ...store,
    transaction: (work) => {
      try {
        return store.transaction(work);
      } catch (thrown) {
        alarm.forget();
        throw thrown;
      }
    },
  };
}
