import { type Sha256Of, verifyChain } from "@tamma/core/domain/audit/chain.ts";
import type { Envelope, StreamRef } from "@tamma/core/domain/loop/events.ts";
import type { Reconcile, StreamReport } from "@tamma/core/protocol/rest.ts";
import type { SealedRow } from "./event-row.ts";
import type { LogCopy } from "./log-copy.ts";
import type { ObjectStore } from "./object-store.ts";
import type { Copying } from "./objects.ts";
import type { Outbox } from "./outbox.ts";
import type { Standing } from "./standing.ts";

/** How an object keeps its log and the copy in D1 together, whatever kind of object it is. */
export interface Keeper {
  copying(): Copying;
  /** Throws when D1 does not answer; nothing was changed then. */
  reconcile(input: Reconcile): Promise<StreamReport[]>;
}

export interface KeeperParts {
  d1: LogCopy;
  store: ObjectStore;
  outbox: Outbox;
  now(): number;
  sha256: Sha256Of;
  /**
   * The log of this stream is now another one: forget what was folded from it, and want what it wants. Runs
   * in the transaction that put the events there.
   *
   * @param setAside how many events of the object's own were put away for them
   */
  rebuilt(stream: StreamRef, setAside: number): void;
  /** The stream's row in the lists of D1 may be gone: the next flush puts it there again. */
  relist(stream: StreamRef): void;
  /** What of this kind of object does not come back with its events; empty when all does. */
  lost: string;
}

export function keeperOf(parts: KeeperParts): Keeper {
  const { store, outbox } = parts;

  async function reconcileOne(standing: Standing, setAside: boolean): Promise<StreamReport> {
    const { stream, object, d1 } = standing;
    const report = (outcome: StreamReport["outcome"], text: string) => {
      return { stream: stream.id, outcome, object, d1, text };
    };
    switch (standing.standing) {
      case "equal":
        return report("equal", `both have ${object} events`);
      case "d1-behind": {
        await outbox.flushNow();
        const left = (await outbox.compare()).find((each) => each.stream.id === stream.id);
        return left?.standing === "equal"
          ? report("copied", `D1 had ${d1} of ${object} events; the others were copied`)
          : report("refused", `D1 has ${left?.d1 ?? d1} of ${object} events and took no more; see the log`);
      }
      case "fork":
        if (!setAside) return report("refused", forkText(standing));
        return rebuild(standing, report);
      case "object-behind":
        return rebuild(standing, report);
      default:
        return standing.standing satisfies never;
    }
  }

  async function rebuild(
    { stream, object, d1 }: Standing,
    report: (outcome: StreamReport["outcome"], text: string) => StreamReport,
  ): Promise<StreamReport> {
    const rows = await parts.d1.rows(stream.id);
    const problem = problemOf(rows, d1, parts);
    if (problem !== null) return report("refused", `${problem}; nothing was changed, and it does not go on`);
    const { added, setAside } = store.transaction(() => {
      const adopted = store.adopt(stream, rows, parts.now());
      parts.rebuilt(stream, adopted.setAside);
      return adopted;
    });
    const kept = setAside === 0 ? "" : `; ${setAside} of its own were set aside`;
    const lost = parts.lost === "" ? "" : `. ${parts.lost}`;
    return report("rebuilt", `the object had ${object} events and got ${added} from D1${kept}${lost}`);
  }

  return {
    copying: () => ({ waiting: store.unflushedCount(), held: store.held().length }),
    reconcile: async ({ setAside }) => {
      const reports: StreamReport[] = [];
      const standings = await outbox.compare();
      for (const { stream } of standings) parts.relist(stream);
      for (const standing of standings) reports.push(await reconcileOne(standing, setAside));
      await outbox.flushNow();
      return reports;
    },
  };
}

function forkText({ object, d1 }: Standing): string {
  return (
    `the object has ${object} events and D1 ${d1}, and they differ: an older copy of the object was put ` +
    "back and went on. D1's are what happened first; with --set-aside they hold, and the object's own are " +
    "kept apart. Nothing was changed, and it does not go on"
  );
}

/** Why these rows cannot be trusted, or null when every one opens and follows the one before it. */
function problemOf(
  rows: readonly SealedRow[],
  expected: number,
  { store, sha256 }: Pick<KeeperParts, "store" | "sha256">,
): string | null {
  if (rows.length < expected) return `D1 gives ${rows.length} of ${expected} events`;
  const envelopes: Envelope[] = [];
  for (const row of rows) {
    try {
      envelopes.push(store.open(row));
    } catch (thrown) {
      const why = thrown instanceof Error ? thrown.message : String(thrown);
      return `event ${row.seq} of D1 does not open: ${why}`;
    }
  }
  const chain = verifyChain(envelopes, sha256);
  return chain.ok ? null : `the record in D1 does not hold: ${chain.problem}`;
}
