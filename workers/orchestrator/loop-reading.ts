import { verifyChain } from "@tamma/core/domain/audit/chain.ts";
import { type RecordedCommand, rerun } from "@tamma/core/domain/audit/rerun.ts";
import type { Envelope } from "@tamma/core/domain/loop/events.ts";
import type { Loop } from "@tamma/core/domain/loop/state.ts";
import { upcast } from "@tamma/core/domain/loop/upcast.ts";
import type { LoopView } from "@tamma/core/domain/loop/view.ts";
import { eventLine } from "@tamma/core/domain/projections/event-line.ts";
import { loopView } from "@tamma/core/domain/projections/loop-view.ts";
import type { ChainReport, EventPage, LogPage, RecordPage, RerunReport } from "@tamma/core/protocol/rest.ts";
import type { Answer } from "../rpc.ts";
import type { BlobStore } from "./blob-store.ts";
import { sha256Hex } from "./cipher.ts";
import { type Hiding, logPage, placeOf } from "./log-page.ts";
import type { LogRows } from "./log-rows.ts";
import { type LoopCore, loopStream } from "./loop-core.ts";
import type { ObjectStore } from "./object-store.ts";
import { ok, refuse } from "./refusal.ts";

/** Events of one page; more would not fit into one RPC message comfortably. */
const pageEventsMax = 1_000;
const readPageEvents = 500;

/** Everything that surfaces read of a loop. Nothing here writes. */
export interface LoopReading {
  view(loop: string): Answer<LoopView>;
  events(loop: string, after: number, limit: number): Answer<EventPage>;
  stateAt(loop: string, seq: number): Answer<{ seq: number; state: unknown }>;
  /** The events as they lie in the log, with what their hashes cover. */
  record(loop: string, after: number, limit: number): Answer<RecordPage>;
  verifyChain(loop: string): Answer<ChainReport>;
  rerun(loop: string, from: number): Answer<RerunReport>;
  diff(loop: string): Promise<Answer<string>>;
  log(loop: string, job: string | null): Answer<string>;
  /** The logs of all jobs, or of one, behind a cursor. */
  logs(loop: string, after: string, job: string | null): Answer<LogPage>;
}

export function loopReading(
  core: LoopCore,
  store: ObjectStore,
  blobs: BlobStore,
  logs: LogRows,
  hiding: Hiding,
): LoopReading {
  const stream = (loop: string) => envelopesOf(store, loop);

  function started<T>(loop: string, read: () => T): Answer<T> {
    if (core.state(loop).seq > 0) return ok(read());
    return refuse(404, "unknown-loop", `there is no loop ${loop}`, "list the loops with `tamma status`");
  }

  return {
    view: (loop) => {
      const view = loopView(core.state(loop).state, [...stream(loop)]);
      return view
        ? ok(view)
        : refuse(404, "unknown-loop", `there is no loop ${loop}`, "list the loops with `tamma status`");
    },
    events: (loop, after, limit) =>
      started(loop, () => {
        const page = store.read(loopStream(loop), after, Math.max(1, Math.min(limit, pageEventsMax)));
        const events = page.map((envelope) => {
          const { seq, at, type, actor, payload, hash } = envelope;
          return {
            seq,
            at,
            type,
            actor: `${actor.kind} ${actor.id}`,
            line: eventLine(upcast(envelope)),
            payload,
            hash,
          };
        });
        return { events, next: events.at(-1)?.seq ?? after };
      }),
    stateAt: (loop, seq) =>
      started(loop, () => {
        const folded = core.stateAt(loop, seq);
        return { seq: folded.seq, state: JSON.parse(JSON.stringify(folded.state)) as unknown };
      }),
    verifyChain: (loop) => started(loop, () => verifyChain(stream(loop), sha256Hex)),
    record: (loop, after, limit) =>
      started(loop, () => {
        const envelopes = store.read(loopStream(loop), after, Math.max(1, Math.min(limit, pageEventsMax)));
        return { envelopes, next: envelopes.at(-1)?.seq ?? after };
      }),
    rerun: (loop, from) =>
      started(loop, () => {
        // Sealed by this store alone, so that it is what `handle` was given.
        const commands = store.commands(loopStream(loop)) as RecordedCommand[];
        return rerun({ envelopes: [...stream(loop)], commands }, sha256Hex, from);
      }),
    diff: async (loop) => {
      const { state } = core.state(loop);
      const diff = state.state === "not-started" ? null : state.facts.patch?.diff;
      const body = diff ? await blobs.find(loop, diff.sha256) : null;
      return ok(body ? Buffer.from(body).toString("utf8") : "");
    },
    logs: (loop, after, job) =>
      started(loop, () => pageOf(logs, { loop, after, job, state: core.state(loop).state }, hiding)),
    log: (loop, job) =>
      started(loop, () => {
        const wanted = job ?? logs.newest(`${loop}~`);
        return wanted?.startsWith(`${loop}~`) ? logs.read(wanted) : "";
      }),
  };
}

/** Does a runner still work on this job under this fence? */
function isHeld(loop: Loop, { job, fence }: { job: string; fence: number }): boolean {
  if (loop.state !== "active" || loop.doing.kind !== "job") return false;
  const held = loop.doing.job;
  return held.id === job && held.fence === fence && held.runner !== null;
}

function pageOf(
  logs: LogRows,
  { loop, after, job, state }: { loop: string; after: string; job: string | null; state: Loop },
  hiding: Hiding,
): LogPage {
  const wanted = job ?? `${loop}~`;
  if (!wanted.startsWith(`${loop}~`)) return { chunks: [], next: after };
  const place = placeOf(after);
  const found = logs.pieces(wanted, place.row);
  // Job 1 is no beginning of job 12.
  const pieces = job === null ? found.pieces : found.pieces.filter((piece) => piece.job === job);
  const last = pieces.at(-1);
  const goesOn = found.full || (last !== undefined && isHeld(state, last));
  return logPage(pieces, place, goesOn, hiding);
}

function* envelopesOf(store: ObjectStore, loop: string): Generator<Envelope> {
  for (let after = 0; ; ) {
    const page = store.read(loopStream(loop), after, readPageEvents);
    yield* page;
    const last = page.at(-1);
    if (!last) return;
    after = last.seq;
  }
}
