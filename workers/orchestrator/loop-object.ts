import { canonicalJson } from "@tamma/core/domain/audit/canonical-json.ts";
import { CommandRefused } from "@tamma/core/domain/errors.ts";
import { routeOf } from "@tamma/core/domain/ids.ts";
import type { LoopCommand } from "@tamma/core/domain/loop/commands.ts";
import type { JobResult } from "@tamma/core/domain/loop/jobs.ts";
import type { Loop } from "@tamma/core/domain/loop/state.ts";
import type { Actor, RepositoryRef } from "@tamma/core/domain/loop/work.ts";
import { showPart } from "@tamma/core/domain/projections/shown-part.ts";
import type { LoopPorts } from "@tamma/core/engine/perform.ts";
import { redactDeep } from "@tamma/core/engine/redact.ts";
import { uuid7 } from "@tamma/core/engine/uuid7.ts";
import type { CommandAnswer } from "@tamma/core/protocol/rest.ts";
import type * as runnerWire from "@tamma/core/protocol/runner.ts";
import type { Answer } from "../rpc.ts";
import type { BlobStore } from "./blob-store.ts";
import { sha256Hex } from "./cipher.ts";
import { type Drain, drainOf } from "./drain.ts";
import { earliest } from "./earliest.ts";
import { type Keeper, keeperOf } from "./keeper.ts";
import type { LeaseRows } from "./lease-rows.ts";
import { type LogCopy, runsOf } from "./log-copy.ts";
import type { LogRows } from "./log-rows.ts";
import { type LoopCore, loopCore, loopStream } from "./loop-core.ts";
import { loopEffects } from "./loop-effects.ts";
import { type LoopLeases, loopLeases } from "./loop-leases.ts";
import { type LoopNotes, loopNotes } from "./loop-notes.ts";
import { obey } from "./loop-orders.ts";
import { type LoopReading, loopReading } from "./loop-reading.ts";
import { loopRow } from "./loop-row.ts";
import { type LoopTurns, loopTurns } from "./loop-turns.ts";
import type { ObjectHost } from "./object-host.ts";
import type {
  IssueLoopRpc,
  JobGrant,
  LeaseWish,
  LoopRow,
  RepoCoordinatorRpc,
  StartClaim,
  TurnSettlement,
  TurnWish,
} from "./objects.ts";
import { d1Outbox, type Outbox } from "./outbox.ts";
import { answered, ok, refuse } from "./refusal.ts";
import { loopEnded } from "./repository-effects.ts";
import { missingBlob } from "./result-blobs.ts";
import { checkedPatch } from "./result-patch.ts";
import type { TurnRows } from "./turn-rows.ts";

/** What an object of loops stands on: its rows, the copy in D1, its neighbours. */
export interface LoopObjectPorts {
  host: ObjectHost;
  leases: LeaseRows;
  turns: TurnRows;
  logs: LogRows;
  blobs: BlobStore;
  d1: LogCopy;
  /** Puts the loop's row into the lists of D1. Throws when D1 does not answer. */
  list(row: LoopRow): Promise<void>;
  /** The object's own name; null where the runtime does not tell it. */
  name: string | null;
  coordinatorOf(repository: Pick<RepositoryRef, "connection" | "id">): Pick<RepoCoordinatorRpc, "noteLoop">;
  /** What the loop's effects touch. */
  touched(loop: Exclude<Loop, { state: "not-started" }>, mergeSha: () => string | null): LoopPorts;
  keepAlive(promise: Promise<unknown>): void;
}

/**
 * All runs of one work item, at most one of them active, wherever it is hosted. The rules are in
 * core/domain/loop; this only binds them to rows and neighbours.
 */
export class LoopObject implements IssueLoopRpc {
  readonly #host: ObjectHost;
  readonly #core: LoopCore;
  readonly #leaseRows: LeaseRows;
  readonly #leases: LoopLeases;
  readonly #logs: LogRows;
  readonly #turns: LoopTurns;
  readonly #reading: LoopReading;
  readonly #blobs: BlobStore;
  readonly #drain: Drain;
  readonly #keeper: Keeper;
  readonly #outbox: Outbox;
  readonly #notes: LoopNotes;
  readonly #keepAlive: LoopObjectPorts["keepAlive"];

  constructor(ports: LoopObjectPorts) {
    const { host, keepAlive } = ports;
    const now = () => host.clock.now();
    this.#host = host;
    this.#blobs = ports.blobs;
    this.#leaseRows = ports.leases;
    this.#logs = ports.logs;
    this.#keepAlive = keepAlive;
    const notes = loopNotes({
      rowOf: (loop) => {
        const { state, seq } = this.#core.state(loop);
        return loopRow(state, seq);
      },
      coordinatorOf: (loop) => ports.coordinatorOf(repositoryOf(loop)),
      list: ports.list,
      now,
      after: host.after,
      keepAlive,
    });
    const range = () => {
      const name = ports.name ?? nameOf(host);
      return name === null ? null : runsOf(name);
    };
    const clock = { now, fraction: () => host.chance.fraction(), after: host.after, end: host.end };
    const outbox = d1Outbox(ports.d1, host.store, range, clock, notes.toD1);
    this.#notes = notes;
    this.#outbox = outbox;
    this.#core = loopCore(host, this.#leaseRows, (loop) => {
      this.#drain.kick();
      notes.changed(loop);
      keepAlive(Promise.resolve().then(() => outbox.flushSoon()));
    });
    this.#leases = loopLeases(this.#core, this.#leaseRows, {
      now,
      draw: () => uuid7(now(), host.chance.bytes(10)),
      held: (loop) => host.store.heldWhy(loop) !== null,
    });
    const effects = loopEffects(host, this.#core, this.#leases, (loop) =>
      ports.touched(loop, () => mergeShaOf(host, loop.facts.loop)),
    );
    this.#drain = drainOf(
      {
        store: host.store,
        now,
        fireTimers: (at) => {
          effects.fireTimers(at);
          notes.retryDue(at);
          if ((outbox.nextAt() ?? Number.POSITIVE_INFINITY) <= at) keepAlive(outbox.flush());
        },
        perform: effects.perform,
        nextWake: () => earliest(this.#leases.nextExpiry(), outbox.nextAt(), notes.nextAt()),
        ...{ setAlarm: host.setAlarm, isArmed: host.isArmed, restAlarm: host.restAlarm },
      },
      keepAlive,
    );
    this.#turns = loopTurns(this.#core, ports.turns, this.#leaseRows, now);
    this.#reading = loopReading(this.#core, host.store, this.#blobs, this.#logs, host);
    this.#keeper = keeperOf({
      ...{ d1: ports.d1, store: host.store, outbox, now, lost: "", sha256: host.sha256 },
      relist: (stream) => notes.again(stream.id),
      rebuilt: (stream, setAside) => {
        if (setAside > 0) ports.turns.forgetEnded(stream.id);
        this.#core.rebuilt(stream.id);
      },
    });
    this.#drain.arm();
  }

  /**
   * D1 is asked before the first command: an older copy of this object must not go on from where it was.
   * Until this ends the host lets no request in. Never throws.
   */
  look(): Promise<void> {
    return this.#outbox.lookOnce();
  }

  /** Whatever a crash left behind goes on at once. */
  begin(): void {
    this.#turns.loseLeftOpen();
    // Who was to be told how a loop stands may not have been: a note is lost with the instance that had it.
    for (const { stream } of this.#host.store.streams()) this.#notes.changed(stream.id);
    this.#keepAlive(this.#outbox.flush());
    void this.alarm();
  }

  /** The state on which commands of this loop are decided now. */
  folded(loop: string): { seq: number; state: Loop } {
    return this.#core.state(loop);
  }

  /** The safety net. It never throws: after six throws Cloudflare would forget the alarm. */
  async alarm(): Promise<void> {
    this.#drain.kick();
    this.#keepAlive(this.#drain.rest([this.#outbox, this.#notes]));
  }

  async wake(again: boolean): Promise<void> {
    if (again) for (const { stream } of this.#host.store.streams()) this.#core.repeat(stream.id);
    this.#drain.kick();
  }

  async copying(): ReturnType<IssueLoopRpc["copying"]> {
    return this.#keeper.copying();
  }

  async reconcile(...[input]: Parameters<IssueLoopRpc["reconcile"]>): ReturnType<IssueLoopRpc["reconcile"]> {
    return this.#keeper.reconcile(input);
  }

  async start(claim: StartClaim): Promise<Answer<null>> {
    const { loop } = claim;
    return answered(() => {
      this.#refuseWhileAnotherRuns(loop);
      this.#refuseOnceEnded(loop);
      this.#core.handle(loop, { type: "StartLoop", ...claim }, `start:${claim.claim}`, claim.requester);
      return null;
    });
  }

  /** The repository sees to it; after a restore it may have forgotten a run that goes on. */
  #refuseWhileAnotherRuns(loop: string): void {
    for (const { stream } of this.#host.store.streams()) {
      if (stream.id === loop || this.#core.state(stream.id).state.state === "ended") continue;
      throw new CommandRefused({
        kind: "conflict",
        code: "another-run",
        message: `${stream.id} has not ended`,
        todo: `wait until it ends, or end it: \`tamma cancel ${stream.id}\``,
      });
    }
  }

  /** A repository that was set back may start what is over: that it was once started must not say yes. */
  #refuseOnceEnded(loop: string): void {
    if (this.#core.state(loop).state.state !== "ended") return;
    throw new CommandRefused({
      kind: "conflict",
      code: loopEnded,
      message: `${loop} has ended`,
      todo: "start the issue again",
    });
  }

  async command(
    loop: string,
    command: LoopCommand,
    commandId: string,
    actor: Actor,
  ): Promise<Answer<CommandAnswer>> {
    return answered(() => {
      const handled = this.#orRefused(loop, () => this.#core.handle(loop, command, commandId, actor));
      const already = handled.repeated
        ? "this command was accepted before"
        : handled.answer.changed
          ? null
          : "there was nothing left to do";
      return { accepted: true, already, seq: handled.answer.seq };
    });
  }

  async obey(...args: Parameters<IssueLoopRpc["obey"]>): ReturnType<IssueLoopRpc["obey"]> {
    return obey({ core: this.#core, store: this.#host.store }, ...args);
  }

  /**
   * The repository acts on a no. An instance that was replaced may say it of what it remembers: it must not
   * be heard.
   *
   * @throws in an instance that was replaced, and what `decide` throws
   */
  #orRefused<T>(loop: string, decide: () => T): T {
    try {
      return decide();
    } catch (thrown) {
      this.#host.store.touch(loop);
      throw thrown;
    }
  }

  async lease(loop: string, job: string, wish: LeaseWish): Promise<Answer<JobGrant>> {
    const granted = this.#leases.lease(loop, job, wish);
    this.#drain.arm();
    return granted;
  }

  async loseLeases(runner: string, gone: readonly string[] | null): Promise<void> {
    this.#leases.loseOf(runner, gone);
  }

  async heartbeat(
    job: string,
    runner: string,
    request: runnerWire.HeartbeatRequest,
  ): ReturnType<IssueLoopRpc["heartbeat"]> {
    return this.#leases.heartbeat(job, runner, request);
  }

  async log(
    job: string,
    runner: string,
    { fence, offset, text }: runnerWire.LogRequest,
  ): ReturnType<IssueLoopRpc["log"]> {
    const held = this.#leases.holds(job, runner, fence);
    return held.ok ? ok({ next: this.#logs.add(job, fence, offset, this.#host.redact(text)) }) : held;
  }

  async holds(job: string, runner: string, fence: number | null): Promise<Answer<null>> {
    return this.#leases.holds(job, runner, fence);
  }

  async result(
    job: string,
    runner: string,
    fence: number,
    result: JobResult,
  ): Promise<Answer<runnerWire.ResultResponse>> {
    const loop = routeOf(job)?.loop ?? "";
    const clean = redactDeep(result, this.#host.redact);
    const commandId = `${job}:${fence}:${sha256Hex(canonicalJson(clean))}`;
    if (this.#host.store.answerOf(loopStream(loop), commandId)) return ok({ accepted: true, already: true });
    const missing = await missingBlob(this.#blobs, loop, clean);
    if (missing)
      return refuse(
        422,
        "blob-missing",
        `the result names blob ${missing}, which was never stored`,
        "put the blob, then report again",
      );
    const held = this.#leases.holds(job, runner, fence);
    if (!held.ok) return held;
    const { state } = this.#core.state(loop);
    const before = state.state === "not-started" ? null : state.facts.patch;
    const check = { blobs: this.#blobs, loop, before, redact: this.#host.redact };
    const checked = await checkedPatch(check, clean);
    return answered(() => {
      const command = { type: "ReportJobResult", job, fence, result: checked } as const;
      const handled = this.#core.handle(loop, command, commandId, { kind: "runner", id: runner });
      return { accepted: true, already: handled.repeated };
    });
  }

  async reserveTurn(wish: TurnWish): ReturnType<IssueLoopRpc["reserveTurn"]> {
    return this.#turns.reserve(wish);
  }

  async touchTurn(loop: string, turn: string): Promise<boolean> {
    return this.#turns.touch(loop, turn);
  }

  async settleTurn(settlement: TurnSettlement): Promise<void> {
    this.#turns.settle({ ...settlement, detail: this.#host.redact(settlement.detail) });
  }

  async view(loop: string): ReturnType<IssueLoopRpc["view"]> {
    const answer = this.#reading.view(loop);
    const job = answer.ok ? answer.value.job : null;
    return answer.ok && job ? ok(showPart(answer.value, this.#leaseRows.find(job.id)?.part ?? null)) : answer;
  }

  async events(loop: string, after: number, limit: number): ReturnType<IssueLoopRpc["events"]> {
    return this.#reading.events(loop, after, limit);
  }

  async stateAt(loop: string, seq: number): ReturnType<IssueLoopRpc["stateAt"]> {
    return this.#reading.stateAt(loop, seq);
  }

  async verifyChain(loop: string): ReturnType<IssueLoopRpc["verifyChain"]> {
    return this.#reading.verifyChain(loop);
  }

  async rerun(loop: string, from: number): ReturnType<IssueLoopRpc["rerun"]> {
    return this.#reading.rerun(loop, from);
  }

  async diff(loop: string): Promise<Answer<string>> {
    return this.#reading.diff(loop);
  }

  async record(loop: string, after: number, limit: number): ReturnType<IssueLoopRpc["record"]> {
    return this.#reading.record(loop, after, limit);
  }

  async readLogs(loop: string, after: string, job: string | null): ReturnType<IssueLoopRpc["readLogs"]> {
    return this.#reading.logs(loop, after, job);
  }

  async readLog(loop: string, job: string | null): Promise<Answer<string>> {
    return this.#reading.log(loop, job);
  }
}

function repositoryOf(loop: string): { connection: string; id: string } {
  const route = routeOf(loop);
  if (!route) throw new Error(`${loop} is no loop id`);
  return { connection: route.connection, id: route.repositoryId };
}

/** The merge's commit stands in the log alone. */
function mergeShaOf(host: ObjectHost, loop: string): string | null {
  for (let after = 0; ; ) {
    const page = host.store.read(loopStream(loop), after, 500);
    const merged = page.find((envelope) => envelope.type === "Merged");
    if (merged) return String(merged.payload.sha);
    const last = page.at(-1);
    if (!last) return null;
    after = last.seq;
  }
}

/** The name is not always known when an alarm wakes the object; the log remembers it. */
function nameOf(host: ObjectHost): string | null {
  const [first] = host.store.streams();
  return first ? (routeOf(first.stream.id)?.name ?? null) : null;
}
