import { createHash } from "node:crypto";
import type { Loop } from "@tamma/core/domain/loop/state.ts";
import { checksReport } from "@tamma/core/engine/checks-report.ts";
import { logTo } from "../../workers/orchestrator/log.ts";
import { reconcile } from "../../workers/orchestrator/reconcile.ts";
import { resume } from "../../workers/orchestrator/resume.ts";
import { assemblyOf } from "./assemble.ts";
import { Bodies } from "./blobs.ts";
import { holdAside } from "./broken.ts";
import { Chaos } from "./chaos.ts";
import { checkEnd } from "./check-end.ts";
import { D1Line } from "./d1.ts";
import { Dice } from "./dice.ts";
import { fastSum } from "./fast-sum.ts";
import { Faults } from "./faults.ts";
import { GitWorld } from "./git.ts";
import { forever, Kernel } from "./kernel.ts";
import { OtherTracker, otherPlatform } from "./other-platform.ts";
import { People } from "./people.ts";
import type { Plan } from "./plan.ts";
import { ScriptedProvider } from "./provider.ts";
import { Runners } from "./runners.ts";
import { Server } from "./server.ts";
import { Story } from "./story.ts";
import { Watch } from "./watch.ts";
import type { World } from "./world.ts";

/** 2026-01-05 in UTC, a Monday. */
const startsAt = 1_767_571_200_000;
const dayMs = 24 * 60 * 60_000;
/** Every wait of a loop ends long before. */
const daysMax = 90;
/** A run that needs more goes round in circles. */
const stepsMax = 120_000;
/** What lists show may be as old as that. */
const lagMsMax = 10 * 60_000;
/** How often it is asked whether all is done. */
const doneEverySteps = 16;

let worlds = 0;

/** One world from a plan, from its first issue until nothing is left to do. */
export class Simulation {
  readonly story: Story;
  readonly world: World;
  readonly watch: Watch;
  readonly people: People;
  readonly kernel: Kernel;
  readonly faults: Faults;
  readonly #chaos: Chaos;
  readonly #runners: Runners;

  constructor(plan: Plan, keepStory: boolean) {
    const { seed } = plan;
    const dice = new Dice(seed, "world");
    const kernel = new Kernel(startsAt, new Dice(seed, "order"));
    const story = new Story(startsAt, keepStory);
    const faults = new Faults(plan, kernel, story);
    const base = { plan, kernel, faults, dice, story };
    const server = new Server(base);
    const git = new GitWorld(new Dice(seed, "git"));
    worlds += 1;
    const repository = {
      connection: "plain-git",
      id: "calc",
      name: "calc",
      url: "/srv/calc",
      defaultBranch: "main",
    };
    const world: World = {
      ...{ plan, kernel, faults, dice, server, git, repository, life: forever },
      // Of its own for each run: routes keep what they know of a server by its address.
      origin: `http://simulation-${worlds}.test`,
      engineer: { tree: () => git.tree(faults.calm ? 1 : plan.skill, plan.weakGate) },
      provider: new ScriptedProvider(base, (tree) => git.truthOf(tree)),
      bodies: new Bodies(kernel),
      d1: new D1Line(server.copy, base),
      tracker: new OtherTracker({ ...base, git }),
      sha256: plan.realHash ? sha256 : fastSum,
      tell: (who, what, mark) => story.tell(kernel.now, who, what, mark),
      engineerPushes: (loop) => this.#push(loop),
      listLine: (caller) => world.d1.listed(caller),
      // Both need the world, and are put in below.
      watch: undefined as never,
      runners: undefined as never,
      addRepository: undefined as never,
    };
    this.people = new People(world);
    this.watch = new Watch(world, this.people.decisions);
    this.#runners = new Runners(world);
    world.watch = this.watch;
    world.runners = this.#runners;
    server.assembly = assemblyOf(world);
    server.onStart = () => this.#resume();
    this.watch.onState = (loop, state) => this.people.see(loop, state);
    this.#chaos = new Chaos(world, this.watch, () => this.#reconcile());
    Object.assign(this, { story, world, kernel, faults });
    this.story = story;
    this.world = world;
    this.kernel = kernel;
    this.faults = faults;
    this.#platform();
  }

  /** Runs to the end. @throws Broken */
  async run(): Promise<void> {
    const unhandled: unknown[] = [];
    const note = (thrown: unknown) => void unhandled.push(thrown);
    process.on("unhandledRejection", note);
    try {
      await this.#run(unhandled);
    } finally {
      process.off("unhandledRejection", note);
    }
  }

  async #run(unhandled: readonly unknown[]): Promise<void> {
    const { kernel, world } = this;
    logTo((line) => world.tell("log", line));
    await this.#begin();
    const until = startsAt + daysMax * dayMs;
    for (;;) {
      const goesOn = (await kernel.step()) || (await kernel.settle());
      if (unhandled.length > 0) throw unhandled[0];
      this.watch.afterStep();
      if (!goesOn || kernel.now > until || kernel.steps > stepsMax) break;
      this.#chaos.afterStep();
      if (kernel.steps % doneEverySteps === 0 && this.#isDone()) break;
    }
    await checkEnd(this);
  }

  async #begin(): Promise<void> {
    const { world } = this;
    const { plan, server, life, repository } = world;
    const { slots, autoNext, onEscalation, budgetUsd: budget } = plan;
    // A level that this server refuses is set where the loop starts.
    const level = plan.level === "business/guardian" ? "business/advisor" : plan.level;
    const config = {
      level,
      slots,
      budget,
      "on-escalation": onEscalation,
      "auto-next": autoNext ? "on" : "off",
    } as const;
    const person = { kind: "person", id: "ann", authenticated: "token", ip: null } as const;
    const caller = { person, commandId: "add", via: "cli" } as const;
    world.addRepository = async () => {
      try {
        await server
          .coordinatorFor(life, `${repository.connection}/${repository.id}`)
          .add(caller, repository, config);
      } catch {
        await this.kernel.sleep(1_000, life);
        await world.addRepository();
      }
    };
    void world.addRepository().then(() => {
      this.#runners.start();
      return this.people.begin();
    });
  }

  /** Issues are worked on, nothing waits in an object, and D1 has everything. */
  #isDone(): boolean {
    const { wanted } = this.people;
    if (wanted.size < this.world.plan.items) return false;
    const { repository } = this.watch;
    if (repository.state !== "known" || repository.queue.length > 0) return false;
    if (this.#chaos.owes || !this.world.server.process) return false;
    if (repository.loops.some(({ ended }) => !ended) || repository.loops.length < wanted.size) return false;
    for (const hosted of this.world.server.objects.values()) {
      // A note of how a loop ended may be on its way for minutes.
      const listed = [...hosted.disk.table<{ active: boolean }>("loop rows").rows()];
      if (listed.some(({ active }) => active)) return false;
      const store = this.watch.storeOf(hosted);
      if (store.unflushedCount() > 0 || store.held().length > 0) return false;
      if (store.dueEffects(Number.POSITIVE_INFINITY).length > 0) return false;
    }
    if (![...this.watch.loops.values()].every(({ state }) => state.state === "ended")) return false;
    return this.#listsSettled();
  }

  /** Lists may lag behind, but not for long. */
  #listsSettled(): boolean {
    this.#endedAt ??= this.kernel.now;
    const late = this.kernel.now - this.#endedAt > lagMsMax;
    const rows = [...this.world.server.objects.values()].flatMap((hosted) => [
      ...hosted.disk.table<{ active: boolean }>("loop rows").rows(),
    ]);
    return late || rows.every(({ active }) => !active);
  }
  #endedAt: number | null = null;

  /** Whoever starts the server wakes what has work. */
  #resume(): void {
    const { server, life } = this.world;
    void server
      .request(life, "resume", (parts) => resume(parts, { again: false, waiting: false }))
      .catch(() => {
        this.kernel.after(30_000, life, () => this.#resume());
      });
  }

  /** Somebody repairs what an older copy of an object left behind. False: not yet. */
  async #reconcile(): Promise<boolean> {
    const { server, life, tell } = this.world;
    const before = server.unwoken;
    try {
      const answer = await server.request(life, "reconcile", (parts) => reconcile(parts, { setAside: true }));
      if (!answer.ok) return false;
      for (const { stream, outcome, text } of answer.value.streams)
        if (outcome !== "equal") tell("operator", `${stream}: ${outcome}: ${text}`);
      if (answer.value.streams.some(({ outcome }) => outcome === "refused")) return false;
      const unsaid = server.unwoken - before;
      // Of two that run at once each tells of its own.
      const alone = this.world.plan.rates["request-doubled"] === undefined;
      if (alone)
        holdAside(
          unsaid === 0,
          "8 whoever repairs is told what is left",
          () => `${unsaid} could not be woken`,
        );
      // Neither the object nor D1 had it: whoever looks for it in the list adds it again.
      if (this.watch.repository.state === "unknown") await this.world.addRepository();
      for (const [loop, { state }] of this.watch.loops) this.people.see(loop, state);
      return true;
    } catch {
      return false;
    }
  }

  #push(loop: string): void {
    const { git, tell } = this.world;
    const record = this.watch.loops.get(loop);
    const branch = record ? branchOf(record.state) : null;
    const head = branch ? git.branches.get(branch) : undefined;
    if (!branch || !head) return;
    const sha = git.pushByOther(branch, head, git.tree(this.world.plan.skill));
    tell("bob", `pushes ${sha.slice(-6)} to ${branch}`);
  }

  /** What happens outside and is told to the server: pushes are seen by runners, checks report. */
  #platform(): void {
    const { git, tracker, dice, kernel, server, life, repository, faults } = this.world;
    git.onPush = () => {
      for (const ms of [dice.between(300, 4_000), dice.between(5_000, 60_000)])
        kernel.after(ms, life, () => void this.#reportRefs());
    };
    tracker.onMerged = (branch, head) => {
      this.watch.merged(this.watch.loopOf(branch), head);
    };
    tracker.onAsked = (sha) => {
      tracker.checks.set(sha, []);
      if (faults.strike("checks-silent", "platform")) return;
      tracker.checks.set(sha, [{ name: "build", state: "pending", required: true, url: null }]);
      kernel.after(dice.between(5_000, 1_800_000), life, () => this.#reportChecks(sha));
    };
    void server;
    void repository;
  }

  async #reportRefs(): Promise<void> {
    const { git, server, life, repository, kernel } = this.world;
    const heads = Object.fromEntries([...git.branches].filter(([branch]) => branch !== "main"));
    const rest = { config: null, configError: null, dirty: [] };
    const report = {
      connection: repository.connection,
      repository: repository.id,
      at: kernel.now,
      heads,
      ...rest,
    };
    const name = `${repository.connection}/${repository.id}`;
    await server
      .request(life, "refs", () =>
        server.coordinatorFor(server.process ?? life, name).reportRefs("runner-1", report),
      )
      .catch(() => void kernel.after(20_000, life, () => void this.#reportRefs()));
  }

  #reportChecks(sha: string): void {
    const { git, tracker, server, life, kernel, dice } = this.world;
    const bad = git.truthOf(git.commitOf(sha).tree).ci;
    const checks = [
      { name: "build", state: bad ? ("failed" as const) : ("passed" as const), required: true, url: null },
    ];
    tracker.checks.set(sha, checks);
    // Some webhooks never arrive: the loop finds out by itself.
    if (dice.chance(0.2)) return;
    const loop = [...this.watch.loops].find(
      ([, { state }]) => state.state !== "not-started" && state.facts.head === sha,
    );
    if (!loop) return;
    const [id] = loop;
    const actor = { kind: "platform", id: "other" } as const;
    const deliver = (tries: number): void => {
      const name = id.slice(0, id.lastIndexOf("#"));
      void checksReport(otherPlatform(tracker, life), sha)
        .then((command) =>
          server.request(life, "checks", () =>
            server.loopFor(server.process ?? life, name).command(id, command, `delivery:${sha}`, actor),
          ),
        )
        .catch(() => {
          if (tries > 0) kernel.after(dice.between(1_000, 300_000), life, () => deliver(tries - 1));
        });
    };
    deliver(20);
  }
}

function branchOf(loop: Loop): string | null {
  return loop.state === "not-started" ? null : loop.facts.branch;
}

function sha256(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("hex");
}
