import type { Sha } from "@tamma/core/domain/ids.ts";
import type { Envelope } from "@tamma/core/domain/loop/events.ts";
import type { Verdict } from "@tamma/core/domain/loop/evidence.ts";
import { react } from "@tamma/core/domain/loop/react.ts";
import type { Loop } from "@tamma/core/domain/loop/state.ts";
import { RepositoryEvent } from "@tamma/core/domain/repository/events.ts";
import { evolveRepository, initialRepository } from "@tamma/core/domain/repository/evolve.ts";
import type { KnownRepository, Repository } from "@tamma/core/domain/repository/state.ts";
import { LoopObject } from "../../workers/orchestrator/loop-object.ts";
import type { ObjectStore } from "../../workers/orchestrator/object-store.ts";
import { RepositoryObject } from "../../workers/orchestrator/repository-object.ts";
import { memoryObjectStore } from "../memory/store.ts";
import { hold } from "./broken.ts";
import { sameJson } from "./equal.ts";
import { checkHoldings, checkWaiting } from "./holdings.ts";
import type { Hosted } from "./hosted.ts";
import { LoopRecord } from "./loop-record.ts";
import type { Decisions } from "./people.ts";
import { TurnLaws } from "./turn-laws.ts";
import { checkWanted } from "./wanted.ts";
import type { Watcher, World } from "./world.ts";

/** An alarm may be that much later than what is due: the delay of an alarm, and the safety net of a drain. */
const alarmSlackMs = 36_000;
const readAll = 1_000_000;
/** The object's state is compared with the fold at every so many events, and at the end byte for byte. */
const comparedEvery = 8;

type Seen = Pick<World, "git" | "plan" | "server" | "faults" | "tell" | "kernel">;

/** Reads every log as it grows and checks the invariants of a loop after each step that changed something. */
export class Watch implements Watcher {
  readonly loops = new Map<string, LoopRecord>();
  repository: Repository = initialRepository;
  ended = 0;
  /** Told of every new state of a loop. */
  onState: (loop: string, state: Loop) => void = () => {};
  readonly #world: Seen;
  readonly #decisions: Decisions;
  readonly #stores = new Map<Hosted, ObjectStore>();
  readonly #changed = new Set<Hosted>();
  #repositorySeq = 0;
  #repositoryHash = "";
  #jumps = false;

  constructor(world: Seen, decisions: Decisions) {
    this.#world = world;
    this.#decisions = decisions;
  }

  appended(hosted: Hosted): void {
    hosted.idleRings.reset();
    this.#changed.add(hosted);
  }

  /** The clock jumped: how late an alarm may be is unknown from now on. */
  jumped(): void {
    this.#jumps = true;
  }

  /** An older copy of the object is about to be put back: what D1 does not have may be lost. */
  forget(hosted: Hosted): void {
    this.restored = true;
    this.#unrepaired.add(hosted);
    this.#changed.add(hosted);
    for (const { stream } of this.storeOf(hosted).streams())
      this.#sure.set(
        stream.id,
        Math.min(this.#world.server.copy.size(stream.id), this.#sure.get(stream.id) ?? readAll),
      );
  }
  restored = false;
  readonly turns = new TurnLaws();
  recordOf(loop: string): LoopRecord | null {
    return this.restored ? null : (this.loops.get(loop) ?? null);
  }
  readonly #unrepaired = new Set<Hosted>();

  isUnrepaired(loop: string): boolean {
    const name = loop.slice(0, loop.lastIndexOf("#"));
    return [...this.#unrepaired].some((hosted) => hosted.name === name);
  }

  /** Somebody woke and repaired what was put back. */
  repaired(): void {
    this.#unrepaired.clear();
  }

  readonly #sure = new Map<string, number>();

  /** May a restore have lost what was answered with this number? */
  mayBeLost(loop: string, seq: number): boolean {
    return seq > (this.#sure.get(loop) ?? readAll);
  }

  storeOf(hosted: Hosted): ObjectStore {
    const known = this.#stores.get(hosted);
    if (known) return known;
    const store = memoryObjectStore(hosted.disk);
    this.#stores.set(hosted, store);
    return store;
  }

  /** @throws Broken */
  afterStep(): void {
    if (this.#changed.size === 0) return;
    for (const hosted of this.#changed) {
      if (hosted.kind === "loop") this.#checkLoops(hosted);
      else this.#checkRepository(hosted);
      this.checkAlarm(hosted);
    }
    this.#changed.clear();
    if (this.repository.state === "known" && !this.restored) this.#checkHoldings(this.repository);
  }

  #checkHoldings(repository: KnownRepository): void {
    const keysOf = (object: string, stream: string): string[] => {
      const hosted = this.#world.server.objects.get(object);
      const due = hosted ? this.storeOf(hosted).dueEffects(Number.POSITIVE_INFINITY) : [];
      return due.filter((each) => each.stream.id === stream).map(({ key }) => key);
    };
    const { connection, id } = repository.repository;
    const name = `${connection}/${id}`;
    const stateOf = (loop: string) => this.loops.get(loop)?.state ?? null;
    const pending = (loop: string) => keysOf(loop.slice(0, loop.lastIndexOf("#")), loop);
    const told = keysOf(name, name);
    checkHoldings(repository, told, stateOf, pending);
    const loops = [...this.loops].map(([loop, { state }]) => [loop, state] as const);
    checkWaiting(repository, told, loops, pending);
  }

  #checkLoops(hosted: Hosted): void {
    const store = this.storeOf(hosted);
    let active = 0;
    for (const { stream } of store.streams()) {
      const record = this.#recordOf(stream.id, store);
      const grown = this.#follow(record, store, stream.id);
      const { state } = record;
      if (state.state !== "ended" && state.state !== "not-started") active += 1;
      if (grown) this.#checkLoop(hosted, store, stream.id, record);
    }
    hold(active <= 1, "6 one active loop per issue", () => `${active} of ${hosted.name}`);
  }

  #recordOf(loop: string, store: ObjectStore): LoopRecord {
    const known = this.loops.get(loop);
    // An older copy was put back, or the log was rebuilt: it is read from its beginning.
    if (known && (known.seq === 0 || store.hashAt(loop, known.seq) === known.hash)) return known;
    if (known?.state.state === "ended") this.ended -= 1;
    const record = new LoopRecord(loop);
    this.loops.set(loop, record);
    return record;
  }

  #follow(record: LoopRecord, store: ObjectStore, loop: string): boolean {
    const wasEnded = record.state.state === "ended";
    const added = store.read({ kind: "loop", id: loop }, record.seq, readAll);
    for (const envelope of added) {
      this.#world.tell(loop.slice(loop.lastIndexOf("/") + 1), told(envelope));
      this.#checkProof(record, envelope);
      record.add(envelope);
    }
    if (!wasEnded && record.state.state === "ended") this.ended += 1;
    return added.length > 0;
  }

  #checkLoop(hosted: Hosted, store: ObjectStore, loop: string, record: LoopRecord): void {
    record.checkAtRest();
    const { state } = record;
    const object = hosted.current?.object;
    const due = record.seq % comparedEvery === 0 || state.state === "ended";
    if (due && object instanceof LoopObject && hosted.current?.life.alive) {
      const folded = object.folded(loop);
      const same = folded.seq === record.seq && sameJson(folded.state, state);
      hold(
        same,
        "1 replay equals state",
        () => `${loop} at event ${record.seq}, the object is at ${folded.seq}`,
      );
    }
    const held = store.heldWhy(loop) !== null;
    if (state.state === "not-started" || held) return;
    this.#checkPending(hosted, store, loop, state);
    this.onState(loop, state);
  }

  /** What the state wants is there, and nothing else: it has ended, or something comes back for it. */
  #checkPending(hosted: Hosted, store: ObjectStore, loop: string, state: Loop): void {
    const stream = { kind: "loop", id: loop } as const;
    const { effects, timers } = react(state);
    const wanted = new Set(effects.map(({ key }) => key));
    const pending = store.dueEffects(Number.POSITIVE_INFINITY).filter((each) => each.stream.id === loop);
    for (const { key } of pending)
      hold(wanted.has(key), "4 pending is what the state wants", () => `${key} of ${loop} is pending`);
    // Where a log was rebuilt the rows are older than it: whoever repairs has it all performed once more.
    if (!this.#unrepaired.has(hosted)) checkWanted(store, loop, state);
    if (state.state === "ended") return;
    const wakes = store.dueTimers(Number.POSITIVE_INFINITY).filter((each) => each.stream.id === stream.id);
    const kinds = effects.filter(({ kind }) => kind === "call" || kind === "ask-model");
    const comes =
      kinds.length > 0 || wakes.some(({ timer }) => timer !== "total-time" && timer !== "turn-deadline");
    hold(
      comes || timers.some(({ timer }) => timer === "lease"),
      "4 ended or pending",
      () => `nothing comes for ${loop}`,
    );
    this.#checkLease(hosted, loop, state);
  }

  #checkLease(hosted: Hosted, loop: string, state: Loop): void {
    const leases = hosted.disk.table<{ loop: string; job: string; fence: number }>("leases");
    const rows = [...leases.rows()].filter((row) => row.loop === loop);
    const job = state.state === "active" && state.doing.kind === "job" ? state.doing.job : null;
    const held = job && job.runner !== null ? `${job.id}:${job.fence}` : "";
    const found = rows.map((row) => `${row.job}:${row.fence}`).join();
    hold(found === held, "6 one lease per job", () => `${loop} holds "${held}", its rows "${found}"`);
  }

  #checkRepository(hosted: Hosted): void {
    const store = this.storeOf(hosted);
    const stream = { kind: "repository", id: hosted.name } as const;
    if (this.#repositorySeq > 0 && store.hashAt(hosted.name, this.#repositorySeq) !== this.#repositoryHash) {
      this.repository = initialRepository;
      this.#repositorySeq = 0;
    }
    for (const envelope of store.read(stream, this.#repositorySeq, readAll)) {
      const event = RepositoryEvent.parse({ ...envelope.payload, type: envelope.type });
      this.repository = evolveRepository(this.repository, event);
      this.#repositorySeq = envelope.seq;
      this.#repositoryHash = envelope.hash;
      this.#world.tell("repository", told(envelope));
    }
    const object = hosted.current?.object;
    if (object instanceof RepositoryObject && hosted.current?.life.alive) {
      const state = this.repository.state === "known" ? this.repository : null;
      const same = this.#repositorySeq % comparedEvery !== 0 || sameJson(object.known(), state);
      hold(same, "1 replay equals state", () => `the repository at event ${this.#repositorySeq}`);
    }
    if (this.repository.state === "unknown") return;
    const { holders, loops } = this.repository;
    const issues = loops.filter(({ ended }) => !ended).map(({ issue }) => issue);
    hold(
      new Set(issues).size === issues.length,
      "6 one active loop per issue",
      () => `issues ${issues.join()}`,
    );
    const slots = new Set(holders.map(({ loop }) => loop));
    hold(slots.size === holders.length, "6 one slot per loop", () => holders.map(({ loop }) => loop).join());
    hold(holders.length <= this.#world.plan.slots, "6 no more loops than slots", () => `${holders.length}`);
  }

  /** An object with something to do has an alarm that comes in time, or something else on its way. */
  checkAlarm(hosted: Hosted): void {
    const store = this.storeOf(hosted);
    const due = earliest(store.nextDue(new Set()), leaseExpiry(hosted));
    // An alarm that was on its way when the copy was made is in no copy: whoever repairs wakes the object.
    if (this.#unrepaired.has(hosted)) return;
    if (due === null || hosted.wakesLater > 0 || hosted.ringing > 0) return;
    const { alarm } = hosted.disk;
    hold(alarm !== null, "4 the alarm is armed", () => `${hosted.name} has work at ${due} and no alarm`);
    if (this.#jumps) return;
    const wall = this.#world.server.wall();
    const late = alarm - Math.max(wall, due);
    hold(late <= alarmSlackMs, "4 the alarm is armed", () => `${hosted.name} wakes ${late} ms late`);
  }

  /** Trees that a clean checkout showed to be whole. */
  verified(tree: Sha, verdicts: readonly Verdict[]): void {
    if (verdicts.every(({ outcome }) => outcome === "passed")) this.#verified.add(tree);
  }
  readonly #verified = new Set<Sha>();

  /** Whose branch it is. What a platform's queue merges may have been asked in a past that was put away. */
  loopOf(branch: string): string {
    return this.#branches.get(branch) ?? "nobody";
  }
  readonly #branches = new Map<string, string>();

  /** The repository itself was changed: nobody but its own truth says whether it may be. */
  merged(loop: string, head: Sha): void {
    const { git, plan } = this.#world;
    const { tree } = git.commitOf(head);
    const wrong = Object.entries(git.truthOf(tree)).find(([, truth]) => truth !== null);
    const why = "2 no merge without its proofs";
    hold(wrong === undefined, why, () => `${loop} merged a tree whose ${wrong?.[0]} is broken`);
    hold(this.#verified.has(tree), why, () => `${loop} merged a tree that nobody verified`);
    const needed = plan.level === "business/guardian" ? 2 : 1;
    const approved = this.#decisions.approvalsOf(loop, head);
    const ahead = plan.level === "dev/autopilot" && plan.preApprove.includes("complete");
    hold(ahead || approved >= needed, why, () => `${loop} merged ${head} with ${approved} approvals`);
  }

  #checkProof(record: LoopRecord, envelope: Envelope): void {
    const { type, payload } = envelope;
    if (type === "BranchCreated") this.#branches.set(String(payload.branch), record.name);
    if (type === "ApprovalCarriedOver")
      this.#decisions.carryOver(record.name, String(payload.from), String(payload.to));
    if (type === "ApprovalGiven" && payload.via !== "pre-approved") {
      const { id } = payload.by as { id: string };
      const said = this.#decisions.said(record.name, String(payload.subject), id);
      hold(
        said,
        "2 no approval that nobody gave",
        () => `${id} on ${String(payload.subject)}, ${record.name}`,
      );
    }
  }
}

/** What tells an event from others of its type. */
const words = [
  "step",
  "gate",
  "attempt",
  "kind",
  "purpose",
  "job",
  "fence",
  "call",
  "task",
  "outcome",
  "loop",
];

/** One event as a line. */
function told({ seq, type, payload }: Envelope): string {
  let line = `${seq} ${type}`;
  for (const word of words) {
    const value = payload[word];
    if (typeof value === "number") line += ` ${word} ${value}`;
    else if (typeof value === "string") line += ` ${word} ${value.slice(value.lastIndexOf("/") + 1)}`;
  }
  return line;
}

function leaseExpiry(hosted: Hosted): number | null {
  let next: number | null = null;
  for (const { expiresAt } of hosted.disk.table<{ expiresAt: number }>("leases").rows())
    if (next === null || expiresAt < next) next = expiresAt;
  return next;
}

function earliest(one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other;
  return Math.min(one, other);
}
