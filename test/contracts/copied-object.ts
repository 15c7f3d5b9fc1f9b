import { keeperOf } from "../../workers/orchestrator/keeper.ts";
import { exactly, type LogCopy } from "../../workers/orchestrator/log-copy.ts";
import type { ObjectStore } from "../../workers/orchestrator/object-store.ts";
import { d1Outbox, type Outbox } from "../../workers/orchestrator/outbox.ts";
import { systemTimers } from "../../workers/orchestrator/system-timers.ts";
import { effect, type Sha256, wants } from "./store-batch.ts";
import type { CopiedObject } from "./store-restore-contract.ts";

/** Rows of an object that can be kept and put back, and the copy that it writes to. */
export interface CopiedRows extends Pick<CopiedObject, "keep" | "putBack" | "setAside"> {
  /** Runs `work` on a new instance over the rows. */
  open<T>(work: (store: ObjectStore) => T | Promise<T>): Promise<T>;
  copy: LogCopy;
}

/** The production outbox, comparison and keeper over rows of any kind. */
export function copiedObject(
  stream: string,
  sha256: Sha256,
  { open, copy, ...rows }: CopiedRows,
): CopiedObject {
  let answering = true;
  const clock = { now: () => 0, fraction: () => 0, after: systemTimers.after, end: () => {} };
  const d1 = new Proxy(copy, {
    get: (real, name: keyof LogCopy) => {
      if (!answering) throw new Error("D1 is down");
      return real[name].bind(real);
    },
  });
  const withOutbox = <T>(work: (outbox: Outbox, store: ObjectStore) => Promise<T>) =>
    open((store) =>
      work(
        d1Outbox(d1, store, () => exactly(stream), clock),
        store,
      ),
    );

  return {
    ...rows,
    open,
    wake: () => withOutbox((outbox) => outbox.lookOnce()),
    flush: () => withOutbox((outbox) => outbox.flush()),
    reconcile: (setAside) =>
      withOutbox((outbox, store) => {
        const rebuilt: Parameters<typeof keeperOf>[0]["rebuilt"] = (to) =>
          store.want(to, wants([effect("rebuilt")]).reaction, 0);
        const parts = { d1, store, outbox, now: clock.now, sha256, lost: "", rebuilt };
        const all = { ...parts, relist: () => {} };
        return keeperOf(all).reconcile({ setAside });
      }),
    answers: (yes) => {
      answering = yes;
    },
  };
}
