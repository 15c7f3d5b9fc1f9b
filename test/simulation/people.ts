import type { Checkpoint, Loop } from "@tamma/core/domain/loop/state.ts";
import type { CommandAnswer } from "@tamma/core/protocol/rest.ts";
import * as loops from "../../workers/orchestrator/loops.ts";
import type { Parts } from "../../workers/orchestrator/parts.ts";
import * as routes from "../../workers/orchestrator/people.ts";
import * as repositories from "../../workers/orchestrator/repositories.ts";
import type { Answer, Caller } from "../../workers/rpc.ts";
import { NetworkFault } from "./network-fault.ts";
import type { World } from "./world.ts";

const hourMs = 60 * 60_000;
/** A person who gets no answer tries again, but not for ever. */
const triesMax = 60;
const starter = "ann";
const others = ["bob", "cid"] as const;

/** What people really said, for whoever checks what the record says they did. */
export class Decisions {
  readonly #yes = new Map<string, Set<string>>();
  readonly #carried = new Map<string, string>();

  yes(loop: string, subject: string, by: string): void {
    const key = `${loop} ${subject}`;
    this.#yes.set(key, (this.#yes.get(key) ?? new Set()).add(by));
  }

  said(loop: string, subject: string, by: string): boolean {
    return this.#yes.get(`${loop} ${subject}`)?.has(by) === true || this.#edits.has(`${loop} ${by}`);
  }

  /** An edited design is approved as of its new text, of which the person knows no hash. */
  edits(loop: string, by: string): void {
    this.#edits.add(`${loop} ${by}`);
  }
  readonly #edits = new Set<string>();

  carryOver(loop: string, from: string, to: string): void {
    this.#carried.set(`${loop} ${to}`, from);
  }

  /** How many persons said yes to this head, or to the one whose unchanged rebase it is. */
  approvalsOf(loop: string, head: string): number {
    const own = this.#yes.get(`${loop} ${head}`)?.size ?? 0;
    const from = this.#carried.get(`${loop} ${head}`);
    return from === undefined ? own : Math.max(own, this.approvalsOf(loop, from));
  }
}

/** A command that was said to be accepted. */
export interface Acknowledged {
  loop: string;
  commandId: string;
  seq: number;
  /** False: no event tells of it, or not for sure: a restore may lose it. */
  changed: boolean;
}

/** All people around the repository. */
export class People {
  readonly acknowledged: Acknowledged[] = [];
  readonly decisions = new Decisions();
  /** Issues that somebody asked to be worked on, and whether the server said yes. */
  readonly wanted = new Map<number, boolean>();
  readonly #world: World;
  /** Waits that somebody has seen. */
  readonly #seen = new Set<string>();
  #commands = 0;

  constructor(world: World) {
    this.#world = world;
  }

  /** Somebody writes the issues and asks for the loops. */
  async begin(): Promise<void> {
    const { kernel, dice, plan, life } = this.#world;
    for (let n = 1; n <= plan.items; n += 1) {
      const created = await this.#write(n);
      await kernel.sleep(dice.between(10, plan.rush ? 1_000 : 60_000), life);
      if (created !== null) void this.#start(created);
    }
  }

  /** Somebody writes an issue; its number, or null when nobody wanted it. */
  async #write(n: number): Promise<number | null> {
    const issue = { title: `Issue ${n}`, body: "1.5 becomes 1", labels: [] };
    const created = await this.#ask(this.#caller(starter), "an issue", (parts, caller) =>
      repositories.createIssue(parts, caller, this.#world.repository.id, issue),
    );
    if (await this.#addsAgain(created)) return this.#write(n);
    return created?.ok ? created.value.number : null;
  }

  /** A restore may go back to before the repository was added: whoever is told so adds it again. */
  async #addsAgain(answer: Answer<unknown> | null): Promise<boolean> {
    const isGone = answer?.ok === false && answer.refusal.code === "unknown-repository";
    if (!isGone || !this.#world.watch.restored) return false;
    await this.#world.addRepository();
    // While the older copy is held it takes nothing: somebody looks after a while.
    const { kernel, dice, life } = this.#world;
    await kernel.sleep(dice.between(30_000, 10 * 60_000), life);
    return true;
  }

  async #start(issue: number): Promise<void> {
    const { plan, repository } = this.#world;
    this.wanted.set(issue, false);
    const { confirm, preApprove } = plan;
    const input = { repository: repository.id, issue, confirm, preApprove };
    const started = await this.#ask(this.#caller(starter), `start of ${issue}`, (parts, caller) =>
      loops.startLoop(parts, caller, input),
    );
    if (started?.ok) this.wanted.set(issue, true);
    if (!(await this.#addsAgain(started))) return;
    // The issue is gone too.
    this.wanted.delete(issue);
    const again = await this.#write(issue);
    if (again !== null) await this.#start(again);
  }

  /** Somebody looks at a loop that changed. */
  see(loop: string, state: Loop): void {
    if (state.state === "not-started" || state.state === "ended") return;
    this.#perhapsInterfere(loop, state);
    const wait = `${loop} ${state.facts.waits} ${state.state} ${state.facts.reminders}`;
    const asked = askOf(state);
    if (asked === null || this.#seen.has(wait)) return;
    this.#seen.add(wait);
    if (state.facts.reminders > 0 && this.#world.dice.chance(0.3)) return;
    if (this.#world.faults.strike("person-silent", starter, asked)) return;
    const { kernel, dice, life } = this.#world;
    const ms = this.#world.plan.rush
      ? dice.between(200, 2_000)
      : dice.chance(0.8)
        ? dice.between(2_000, hourMs)
        : dice.between(hourMs, 40 * hourMs);
    kernel.after(ms, life, () => void this.#act(loop, state));
  }

  async #act(loop: string, state: Exclude<Loop, { state: "not-started" | "ended" }>): Promise<void> {
    if (state.state === "escalated") return this.#resolve(loop, state.card);
    const { doing } = state;
    if (doing.kind === "checkpoint") return this.#decide(loop, state, doing.checkpoint);
    if (doing.kind === "questions") {
      const open = state.facts.clarifications.filter((one) => one.answer === null);
      const answers = open.map(({ id }) => ({ question: id, answer: "up" }));
      return this.#send(loop, starter, "answers", (parts, caller) =>
        routes.answerQuestions(parts, caller, loop, { answers }),
      );
    }
    if (doing.kind !== "obstacle") return;
    if (doing.obstacle.obstacle === "take-over") this.#world.engineerPushes(loop);
    if (this.#world.dice.chance(0.7))
      return this.#send(loop, starter, "clears", (parts, caller) =>
        routes.clearObstacle(parts, caller, loop),
      );
  }

  async #decide(
    loop: string,
    state: Loop,
    { id, kind, subject, persons, notRequester }: Checkpoint,
  ): Promise<void> {
    const { dice, plan, faults } = this.#world;
    const { change, reject } = faults.calm ? { change: 0, reject: 0 } : plan.peopleMoods;
    const roll = dice.fraction();
    const decision =
      roll < change
        ? ("change" as const)
        : roll < change + reject
          ? ("reject" as const)
          : ("approve" as const);
    const edits = kind === "design" && decision === "change" && dice.chance(0.4);
    const input = {
      ...{ subject, option: null, text: decision === "approve" ? "" : "not like this" },
      decision: edits ? (dice.chance(0.5) ? ("edit" as const) : ("own" as const)) : decision,
    };
    const who: string[] = notRequester ? [...others] : [starter];
    if (persons > 1 || dice.chance(0.1)) who.push(others[0]);
    for (const by of new Set(who)) {
      if (decision === "approve") this.decisions.yes(loop, subject, by);
      if (edits) this.decisions.edits(loop, by);
      await this.#send(loop, by, `${input.decision}s ${kind}`, (parts, caller) =>
        routes.decideCheckpoint(parts, caller, loop, id, input),
      );
      if (state.state !== "active") return;
    }
  }

  async #resolve(loop: string, card: { escalation: string; choices: readonly string[] }): Promise<void> {
    const { dice, plan, faults } = this.#world;
    const abandon = dice.chance(faults.calm ? 0.5 : plan.peopleMoods.abandon);
    const takesOver = !abandon && card.choices.includes("take-over") && dice.chance(0.2);
    // Where each end starts the next issue, splitting would go on for ever.
    const ends = plan.autoNext ? (["abandon"] as const) : (["split", "abandon"] as const);
    const choice = takesOver ? "take-over" : abandon ? dice.pick<"split" | "abandon">(ends) : "retry";
    const text = choice === "split" ? "one half\nthe other half" : "try it smaller";
    await this.#send(loop, starter, `${choice}s`, (parts, caller) =>
      routes.resolveEscalation(parts, caller, loop, card.escalation, { choice, text }),
    );
  }

  /** Comments, pushes and cancellations come when they come. */
  #perhapsInterfere(loop: string, state: Exclude<Loop, { state: "not-started" | "ended" }>): void {
    const { dice, plan, faults, kernel, life } = this.#world;
    if (faults.calm) return;
    const later = (work: () => void) => kernel.after(dice.between(0, 30_000), life, work);
    // Whoever waits for others to merge is pushed to more often: what comes to him then comes too late.
    const chances = waitsForTurn(state) ? 12 : 1;
    for (let chance = 1; chance <= chances && state.facts.branch; chance += 1)
      if (faults.strike("foreign-push", others[0])) {
        later(() => this.#world.engineerPushes(loop));
        break;
      }
    if (state.facts.pullRequest && dice.chance(plan.peopleMoods.comment / 10)) {
      const comment = { path: null, line: 0, text: "why?" };
      later(
        () =>
          void this.#send(loop, others[1], "comments", (parts, caller) =>
            routes.comment(parts, caller, loop, comment),
          ),
      );
    }
    if (dice.chance(plan.peopleMoods.comment / 15)) later(() => void this.#interrupt(loop));
    if (dice.chance(plan.peopleMoods.cancel / 10))
      later(
        () =>
          void this.#send(loop, starter, "cancels", (parts, caller) =>
            routes.cancelLoop(parts, caller, loop, ""),
          ),
      );
  }

  /** Somebody wants the loop to stand still, or to be his. */
  #interrupt(loop: string): Promise<void> {
    if (this.#world.dice.chance(0.7))
      return this.#send(loop, starter, "pauses", (parts, caller) => routes.pauseLoop(parts, caller, loop));
    return this.#send(loop, starter, "takes", (parts, caller) =>
      routes.escalateLoop(parts, caller, loop, "I know this code"),
    );
  }

  /** Sends until there is an answer, and keeps what was acknowledged. */
  async #send(
    loop: string,
    by: string,
    what: string,
    work: (parts: Parts, caller: Caller) => Promise<Answer<CommandAnswer>>,
  ): Promise<void> {
    const caller = this.#caller(by);
    const answer = await this.#ask(caller, `${what} ${loop.slice(loop.lastIndexOf("/") + 1)}`, work);
    if (answer?.ok) this.#keep(loop, caller.commandId, answer.value);
  }

  #keep(loop: string, commandId: string, { seq, already }: CommandAnswer): void {
    // What is accepted on an older copy of the log may be set aside for what really happened.
    const changed = already === null && !this.#world.watch.isUnrepaired(loop);
    this.acknowledged.push({ loop, commandId, seq, changed });
  }

  async #ask<T>(
    caller: Caller,
    what: string,
    work: (parts: Parts, caller: Caller) => Promise<Answer<T>>,
  ): Promise<Answer<T> | null> {
    const { server, kernel, dice, life, faults } = this.#world;
    const { id } = caller.person;
    if (faults.strike("person-doubles", id, what))
      void server
        .request(life, what, (parts) => work(parts, { ...caller, commandId: `${caller.commandId}b` }))
        .catch(() => {});
    for (let tries = 0; tries < triesMax; tries += 1)
      try {
        const answer = await server.request(life, what, (parts) => work(parts, caller));
        this.#world.tell(id, `${what}: ${answer.ok ? "accepted" : `refused, ${answer.refusal.code}`}`);
        if (answer.ok || answer.refusal.code !== "stream-held") return answer;
        await kernel.sleep(hourMs, life);
      } catch (thrown) {
        if (!(thrown instanceof NetworkFault)) this.#world.tell(id, `${what}: ${String(thrown)}`);
        await kernel.sleep(dice.between(1_000, 120_000), life);
      }
    return null;
  }

  #caller(id: string): Caller {
    this.#commands += 1;
    const person = { kind: "person", id, authenticated: "token", ip: null } as const;
    return { person, commandId: `${id}-${this.#commands}`, via: "cli" };
  }
}

/** What the loop wants of a person now, in a word; null when nothing. */
function askOf(state: Loop): string | null {
  if (state.state === "escalated") return "escalation";
  if (state.state !== "active") return null;
  const { kind } = state.doing;
  return kind === "checkpoint" || kind === "questions" || kind === "obstacle" ? kind : null;
}

function waitsForTurn(state: Loop): boolean {
  if (state.state !== "active" || state.doing.kind !== "call") return false;
  return state.doing.call === "request-merge-turn";
}
