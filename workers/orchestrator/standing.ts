import type { StreamRef } from "@tamma/core/domain/loop/events.ts";
import type { CopyHead, LogCopy, StreamRange } from "./log-copy.ts";
import type { ObjectStore } from "./object-store.ts";

/**
 * How an object's log and its copy in D1 stand to each other. `d1-behind` is the ordinary case of a copy that
 * lags, or of a D1 that was set back: the object is the truth and copies again. `object-behind` and `fork`
 * mean that an older copy of the object was put back: the stream is held.
 */
export interface Standing {
  stream: StreamRef;
  standing: "equal" | "d1-behind" | "object-behind" | "fork";
  /** Number of the newest event on each side; 0 for none. */
  object: number;
  d1: number;
}

type Rows = Pick<
  ObjectStore,
  "streams" | "head" | "hashAt" | "heldWhy" | "hold" | "release" | "markFlushed" | "transaction"
>;

/** The object is an older copy of itself, D1 said so, and the object's own rows cannot keep that. */
export class HoldNotKept extends Error {
  override readonly name = "HoldNotKept";
}

/**
 * Compares all streams of the object with D1, and acts on it: what D1 lost is copied again by the next flush,
 * a stream that is behind D1 is held, and one that is held without reason is released.
 *
 * @throws when D1 does not answer or the rows take nothing; nothing was changed then
 * @throws HoldNotKept when a stream must be held and its rows do not take that: this instance must not go on
 */
export async function compareWithD1(
  d1: LogCopy,
  store: Rows,
  range: StreamRange,
  now: () => number,
): Promise<Standing[]> {
  const heads = new Map((await d1.heads(range)).map((head) => [head.stream.id, head]));
  const behind = await hashesAtOurHeads(d1, store, heads);
  // From here on nothing waits, so what is compared is what the object holds now. D1 can only have grown.
  const known = store.streams();
  const streams = new Map(known.map(({ stream }) => [stream.id, stream]));
  for (const head of heads.values()) streams.set(head.stream.id, head.stream);
  const flushed = new Map(known.map((each) => [each.stream.id, each.flushed]));
  const standings = [...streams.values()].map((stream) =>
    standingOf(store, stream, heads.get(stream.id) ?? null, behind.get(stream.id) ?? null),
  );
  try {
    store.transaction(() => {
      for (const standing of standings) settle(store, standing, flushed.get(standing.stream.id) ?? 0, now());
    });
  } catch (cause) {
    const older = standings.find(isOlder);
    throw older ? new HoldNotKept(`${older.stream.id} is an older copy of itself`, { cause }) : cause;
  }
  return standings;
}

/** The object is not where D1 is: an older copy of it was put back. */
function isOlder({ standing }: Standing): boolean {
  return standing === "object-behind" || standing === "fork";
}

/** For streams of which D1 has more: what D1 has where the object ends. */
async function hashesAtOurHeads(
  d1: LogCopy,
  store: Rows,
  heads: ReadonlyMap<string, CopyHead>,
): Promise<Map<string, string | null>> {
  const found = new Map<string, string | null>();
  for (const { stream, seq } of heads.values()) {
    const ours = store.head(stream).seq;
    if (ours > 0 && ours < seq) found.set(stream.id, await d1.hashAt(stream.id, ours));
  }
  return found;
}

function standingOf(
  store: Rows,
  stream: StreamRef,
  head: CopyHead | null,
  atOurHead: string | null,
): Standing {
  const ours = store.head(stream);
  const sizes = { stream, object: ours.seq, d1: head?.seq ?? 0 };
  if (head === null || head.seq === 0) return { ...sizes, standing: ours.seq === 0 ? "equal" : "d1-behind" };
  if (ours.seq < head.seq) {
    const follows = ours.seq === 0 || atOurHead === ours.hash;
    return { ...sizes, standing: follows ? "object-behind" : "fork" };
  }
  if (store.hashAt(stream.id, head.seq) !== head.hash) return { ...sizes, standing: "fork" };
  return { ...sizes, standing: ours.seq === head.seq ? "equal" : "d1-behind" };
}

function settle(store: Rows, { stream, standing, object, d1 }: Standing, flushed: number, now: number): void {
  if (standing === "object-behind" || standing === "fork") {
    store.hold(stream.id, whyHeld(standing, object, d1), now);
    return;
  }
  if (store.heldWhy(stream.id) !== null) store.release(stream.id);
  if (d1 < flushed) store.markFlushed(stream.id, d1);
}

function whyHeld(standing: "object-behind" | "fork", object: number, d1: number): string {
  const put = "an older copy of the object was put back";
  return standing === "object-behind"
    ? `D1 has ${d1} events and the object only ${object}; ${put}`
    : `the object has ${object} events and D1 ${d1}, and they differ; ${put} and went on before D1 was asked`;
}
