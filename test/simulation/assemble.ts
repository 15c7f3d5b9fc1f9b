import type { LoopPorts } from "@tamma/core/engine/perform.ts";
import { plainGitPlatform } from "@tamma/core/platforms/plain-git/index.ts";
import type { Timers } from "@tamma/core/ports/clock.ts";
import type { Prompts } from "@tamma/core/ports/model.ts";
import { alarmOf, forgettingWith } from "../../workers/orchestrator/alarm.ts";
import { limited } from "../../workers/orchestrator/copy-limit.ts";
import type { LogCopy } from "../../workers/orchestrator/log-copy.ts";
import type { LogRows } from "../../workers/orchestrator/log-rows.ts";
import { LoopObject } from "../../workers/orchestrator/loop-object.ts";
import type { ObjectHost } from "../../workers/orchestrator/object-host.ts";
import type { IssueLoopRpc, StartClaim } from "../../workers/orchestrator/objects.ts";
import type { Parts } from "../../workers/orchestrator/parts.ts";
import { RepositoryObject } from "../../workers/orchestrator/repository-object.ts";
import { runTurn, type Turn } from "../../workers/orchestrator/run-turn.ts";
import { steadyClock } from "../../workers/orchestrator/steady-clock.ts";
import { memoryClockRows } from "../memory/clock-rows.ts";
import { memoryLeaseRows } from "../memory/lease-rows.ts";
import { memoryRepositoryIndex } from "../memory/repository-index.ts";
import { memoryObjectStore } from "../memory/store.ts";
import { memoryTrackerRows } from "../memory/tracker-rows.ts";
import { memoryTurnRows } from "../memory/turn-rows.ts";
import { CopyLaws } from "./copy-laws.ts";
import { Dice } from "./dice.ts";
import type { Hosted } from "./hosted.ts";
import type { Life } from "./kernel.ts";
import { otherPlatform } from "./other-platform.ts";
import type { Asked } from "./provider.ts";
import type { Assembly } from "./server.ts";
import type { World } from "./world.ts";

const turnTimeoutMs = 10 * 60_000;
const maxOutputTokens = 1_000;

/** Puts the production objects and the Worker's code together over the world's rows and lines. */
export function assemblyOf(world: World): Assembly {
  return {
    build: (hosted, life, keepAlive) =>
      hosted.kind === "loop"
        ? buildLoop(world, hosted, life, keepAlive)
        : buildRepository(world, hosted, life, keepAlive),
    partsOf: (life) => partsOf(world, life),
  };
}

/** What every instance stands on. Everything in it dies with `life`. */
function hostOf(
  world: World,
  hosted: Hosted,
  life: Life,
): { host: ObjectHost; disk: ReturnType<Hosted["disk"]["accessOf"]>; d1: LogCopy } {
  const disk = hosted.disk.accessOf(() => life.alive && hosted.isCurrent(life));
  const rows = memoryObjectStore(disk);
  const newest = rows.streams().reduce((at, { stream }) => Math.max(at, rows.head(stream).at), 0);
  const clock = steadyClock(() => world.server.wall(), newest, memoryClockRows(disk));
  const alarm = alarmOf(storageOf(hosted, life), {
    wall: () => world.server.wall(),
    wallTime: clock.wallTime,
  });
  const store = forgettingWith(alarm, rows);
  const dice = new Dice(world.plan.seed, `${hosted.name} ${hosted.instances}`);
  const copy = new CopyLaws(timersOf(world, life));
  const append: typeof store.append = (batch) => {
    store.append(batch);
    copy.grew(batch);
    world.watch.appended(hosted);
  };
  const adopt: typeof store.adopt = (...args) => {
    world.watch.appended(hosted);
    return store.adopt(...args);
  };
  return {
    disk,
    d1: limited(copy.listening(world.d1.portFor(life)), world.server.copies, {
      now: () => world.server.wall(),
      after: timersOf(world, life),
    }),
    host: {
      store: { ...store, append, adopt },
      clock,
      chance: { bytes: (count) => dice.bytes(count), fraction: () => dice.fraction() },
      sha256: world.sha256,
      redact: (text) => text,
      openEnd: () => 0,
      ...{ setAlarm: alarm.set, isArmed: alarm.isSet, restAlarm: alarm.rest },
      after: timersOf(world, life),
      end: (why) => hosted.endOf(life, why),
    },
  };
}

/** Who was replaced sets no alarm any more. */
function storageOf(hosted: Hosted, life: Life): Parameters<typeof alarmOf>[0] {
  const set = async (wallTime: number | null) => {
    if (life.alive && hosted.isCurrent(life)) hosted.setAlarm(wallTime);
  };
  return { setAlarm: (wallTime) => set(Number(wallTime)), deleteAlarm: () => set(null) };
}

function timersOf(world: World, life: Life): Timers["after"] {
  return (ms, work) => world.kernel.after(ms, life, work);
}

/** Nobody looks at live logs here. */
const noLogs = {} as LogRows;

/** Work in the background: whatever becomes of it, nobody waits. */
const nobodyWaits = (promise: Promise<unknown>) => void promise.catch(() => {});

function buildLoop(
  world: World,
  hosted: Hosted,
  life: Life,
  keepAlive: (work: Promise<unknown>) => void,
): LoopObject {
  const { host, disk, d1 } = hostOf(world, hosted, life);
  const { server } = world;
  return new LoopObject({
    host,
    leases: memoryLeaseRows(disk, host.clock.now()),
    turns: memoryTurnRows(disk, world.plan.oneProcess ? `boot ${server.boots}` : null),
    logs: noLogs,
    blobs: world.bodies.portFor(life),
    d1,
    list: () => world.listLine(life),
    name: hosted.name,
    coordinatorOf: ({ connection, id }) => server.coordinatorFor(life, `${connection}/${id}`),
    touched: (loop, mergeSha) => loopPorts(world, life, loop.facts.repository, mergeSha),
    keepAlive,
  });
}

function buildRepository(
  world: World,
  hosted: Hosted,
  life: Life,
  keepAlive: (work: Promise<unknown>) => void,
): RepositoryObject {
  const { host, disk, d1 } = hostOf(world, hosted, life);
  const index = memoryRepositoryIndex(disk);
  return new RepositoryObject({
    host,
    tracker: memoryTrackerRows(disk),
    index: {
      ...index,
      offer: (loop, job, now) => {
        index.offer(loop, job, now);
        world.runners.wake();
      },
    },
    d1,
    name: hosted.name,
    origin: world.origin,
    loopAt: (name) => withSettings(world, world.server.loopFor(life, name)),
    // The simulated repository keeps its issues itself, whoever keeps its pull requests.
    ...{ issues: null, besides: null, gitAccess: async () => ({ ok: true, value: null }) },
    keepAlive,
  });
}

/** A platform with checks of its own and more than one member starts loops with other settings. */
function withSettings(world: World, loop: IssueLoopRpc): Pick<IssueLoopRpc, "start" | "command"> {
  if (world.plan.platform === "own") return loop;
  const { level } = world.plan;
  return {
    command: (...args) => loop.command(...args),
    start: (claim: StartClaim) => {
      const settings = {
        ...claim.settings,
        level,
        checks: "platform",
        merges: "platform",
        membersMin: 5,
      } as const;
      return loop.start({ ...claim, settings });
    },
  };
}

function loopPorts(
  world: World,
  life: Life,
  { connection, id }: { connection: string; id: string },
  mergeSha: () => string | null,
): LoopPorts {
  const { server } = world;
  const coordinator = server.coordinatorFor(life, `${connection}/${id}`);
  const loopUrl = `${world.origin}/app/loops`;
  const own = plainGitPlatform(coordinator, () => loopUrl);
  return {
    platform: async () => (world.plan.platform === "own" ? own : otherPlatform(world.tracker, life)),
    coordinator,
    turns: {
      runTurn: (loop, turn, request) => workerTurn(world, life, { loop, turn, lease: null, request }),
    },
    prompts,
    nonce: () => "nonce",
    loopUrl,
    mergeSha,
  };
}

/** A turn in the Worker: it goes on when the object that asked for it is gone. */
function workerTurn(world: World, caller: Life, turn: Turn): ReturnType<typeof runTurn> {
  return world.server.inWorker(caller, "turn", (process) => turnIn(world, process, turn));
}

/** Streams a turn in the process of this life. */
export function turnIn(world: World, process: Life, turn: Turn): ReturnType<typeof runTurn> {
  const { server, kernel } = world;
  const name = turn.loop.slice(0, turn.loop.lastIndexOf("#"));
  const wall = () => server.wall();
  return runTurn(turn, {
    provider: world.watch.turns.watched(world.provider.portFor(process, wall), turn.turn, () =>
      world.watch.recordOf(turn.loop),
    ),
    loop: server.loopFor(process, name),
    blobs: world.bodies.portFor(process),
    redact: (text) => text,
    now: wall,
    fraction: () => server.dice.fraction(),
    after: (ms, work) => kernel.after(ms, process, work),
    keepAlive: nobodyWaits,
    timeoutMs: turnTimeoutMs,
    unknownPriceUsd: null,
  });
}

/** A request that says what it is about and nothing else: prompts have tests of their own. */
export function requestOf(asked: Asked) {
  return {
    system: JSON.stringify(asked),
    messages: [{ role: "user" as const, content: [{ type: "text" as const, text: "go" }] }],
    ...{ tools: [], outputSchema: null, maxOutputTokens },
  };
}

const prompts: Prompts = {
  build: async (task, { facts }) => {
    if (task === "plan") return requestOf({ task, answered: facts.clarifications.length > 0 });
    if (task === "design") return requestOf({ task });
    return requestOf({ task, tree: facts.pushed?.tree ?? "" });
  },
};

/** What the code of a request works with: the production routes, over the simulated bindings. */
function partsOf(world: World, life: Life): Parts {
  const { server, repository } = world;
  const bound = (at: (name: string) => unknown) => ({ idFromName: (name: string) => name, get: at });
  const hub = {
    repositories: async () => [repository],
    findRepository: async () => repository,
    noteRunner: async () => true,
    wake: async () => {},
    reconcile: async () => [],
  };
  const env = {
    ISSUE_LOOP: bound((name) => server.loopFor(life, name)),
    REPO_COORDINATOR: bound((name) => server.coordinatorFor(life, name)),
    ACCOUNT_HUB: bound(() => hub),
    TAMMA_ORIGIN: world.origin,
  };
  return {
    env: env as unknown as Parts["env"],
    cipher: {} as Parts["cipher"],
    blobs: world.bodies.portFor(life),
    d1: world.d1.portFor(life),
    redact: (text) => text,
    keepAlive: nobodyWaits,
  };
}
