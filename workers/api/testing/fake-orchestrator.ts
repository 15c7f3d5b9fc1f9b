import { createHash } from "node:crypto";
import type { LoopView } from "@tamma/core/domain/loop/view.ts";
import type * as rest from "@tamma/core/protocol/rest.ts";
import type { Answer, Caller, LoopStarted, OrchestratorRpc, Refusal } from "../../rpc.ts";
import { itemOf, summaryOf } from "./fake-projections.ts";
import { FakeRunners } from "./fake-runners.ts";
import { sampleLoop } from "./sample-loops.ts";

const ended = ["merged", "rejected", "abandoned", "cancelled"];

/**
 * The orchestrator in memory: one account, real state, the same promises (a command id once, a stale
 * subject refused, the first decision wins). It knows no pipeline; loops stand where a test puts them.
 */
export class FakeOrchestrator extends FakeRunners implements OrchestratorRpc {
  readonly repositories: rest.Repository[] = [];
  readonly issues = new Map<string, rest.Issue[]>();
  readonly loops = new Map<string, LoopView>();
  readonly events = new Map<string, rest.EventLine[]>();
  readonly diffs = new Map<string, string>();
  /** Every command that changed something, in order. */
  readonly commands: { type: string; caller: Caller; loop: string; input: unknown }[] = [];
  private readonly answered = new Map<string, rest.CommandAnswer>();
  private readonly decided = new Map<string, { decision: string; by: string; at: number }>();

  /** Puts a loop here as it stands, with `events` events so far. */
  put(view: LoopView, events = 3): LoopView {
    const stored = { ...view, seq: 0 };
    this.loops.set(view.id, stored);
    this.events.set(view.id, []);
    for (let n = 1; n <= events; n++) this.append(stored, "StepEntered", `entered step ${n}`, { step: n });
    return stored;
  }

  append(
    view: LoopView,
    type: string,
    line: string,
    payload: Record<string, unknown>,
    actor = "system",
  ): number {
    const list = this.events.get(view.id) ?? [];
    const seq = list.length + 1;
    const hash = createHash("sha256")
      .update(`${list.at(-1)?.hash}${seq}${line}`)
      .digest("hex");
    list.push({ seq, at: Date.now(), type, actor, line, payload, hash });
    view.seq = seq;
    return seq;
  }

  async addRepository(
    _caller: Caller,
    input: { url: string; defaultBranch: string; name?: string | undefined },
  ) {
    const known = this.repositories.find((repository) => repository.url === input.url);
    if (known) return done({ ...known, already: true, setUp: null });
    const id = `r${this.repositories.length + 1}`;
    const { url, defaultBranch } = input;
    const repository = { connection: "local", id, name: input.name ?? id, url, defaultBranch };
    this.repositories.push(repository);
    this.issues.set(id, []);
    return done({ ...repository, already: false, setUp: null });
  }
  async removeRepository(_caller: Caller, repository: string) {
    const at = this.repositories.findIndex(({ id }) => id === repository);
    if (at < 0) return refused(404, "no-repository", "There is no such repository.");
    return done({ removed: this.repositories.splice(at, 1)[0]?.name ?? "" });
  }
  async listRepositories() {
    return this.repositories;
  }
  async repositorySettings(repository: string) {
    const found = this.repositories.find(({ id }) => id === repository);
    if (!found) return refused(404, "no-repository", "There is no such repository.");
    const settings = [{ key: "slots", value: 1 as unknown, from: "default" as const }];
    return done({ repository: found, settings, source: null });
  }
  async createIssue(
    caller: Caller,
    repository: string,
    input: { title: string; body: string; labels: string[] },
  ) {
    const list = this.issues.get(repository);
    if (!list) return refused(404, "no-repository", "There is no such repository.");
    const base = { number: list.length + 1, state: "open" as const, author: caller.person.id, loop: null };
    const issue: rest.Issue = { ...input, ...base, comments: [] };
    list.push(issue);
    return done(issue);
  }
  async listIssues(repository: string) {
    const list = this.issues.get(repository);
    return list ? done(list) : refused(404, "no-repository", "There is no such repository.");
  }
  async getIssue(repository: string, number: number) {
    const issue = this.issues.get(repository)?.find((found) => found.number === number);
    return issue ? done(issue) : refused(404, "no-issue", "There is no such issue.");
  }

  async startLoop(caller: Caller, input: rest.StartLoop): Promise<Answer<LoopStarted>> {
    const found = await this.getIssue(input.repository, input.issue);
    if (!found.ok) return found;
    const issue = found.value;
    if (issue.loop !== null) return done({ loop: issue.loop, already: true, position: 0 });
    const sample = { number: issue.number, title: issue.title, word: "running", step: "assign" } as const;
    const view = this.put(sampleLoop(sample, { requester: caller.person.id }));
    issue.loop = view.id;
    this.commands.push({ type: "StartLoop", caller, loop: view.id, input });
    return done({ loop: view.id, already: false, position: 0 });
  }
  async listLoops(filter: { state: "active" | "all"; repository: string | null }): Promise<rest.LoopList> {
    const loops = [...this.loops.values()]
      .filter((view) => filter.state === "all" || !ended.includes(view.word))
      .filter((view) => filter.repository === null || view.repository.id === filter.repository)
      .map((view) => summaryOf(view));
    return { loops: loops.toReversed(), queued: [], degraded: false };
  }
  async inbox(): Promise<rest.Inbox> {
    return { items: [...this.loops.values()].flatMap((view) => itemOf(view)) };
  }
  async loopView(loop: string) {
    const view = this.loops.get(loop);
    return view ? done(view) : refused(404, "no-loop", "There is no such loop.");
  }
  async loopEvents(loop: string, after: number, limit: number) {
    const list = this.events.get(loop);
    if (!list) return refused(404, "no-loop", "There is no such loop.");
    const events = list.filter((event) => event.seq > after).slice(0, limit);
    return done({ events, next: events.at(-1)?.seq ?? after });
  }
  async loopStateAt(loop: string, seq: number) {
    const view = await this.loopView(loop);
    return view.ok ? done({ seq, state: { step: view.value.step } as unknown }) : view;
  }
  async verifyChain(loop: string) {
    const list = this.events.get(loop) ?? [];
    return done({
      ok: true,
      events: list.length,
      head: list.at(-1)?.hash ?? "",
      brokenAt: null,
      problem: null,
    });
  }
  async loopRecord(loop: string, after: number) {
    const view = await this.loopView(loop);
    return view.ok ? done({ envelopes: [], next: after }) : view;
  }
  async loopLogs(loop: string, after: string, job: string | null) {
    const text = await this.loopLog(loop, job);
    const chunks = text.ok && after === "" ? [{ job: job ?? "", fence: 1, text: text.value }] : [];
    return text.ok ? done({ chunks, next: "1.0" }) : text;
  }
  async rerunLoop(loop: string, from: number) {
    const events = (this.events.get(loop) ?? []).length;
    return done({ same: true, from, commands: events, events, taken: 0, effects: 0, difference: null });
  }
  async loopDiff(loop: string) {
    const view = await this.loopView(loop);
    return view.ok ? done(this.diffs.get(loop) ?? "") : view;
  }
  async loopLog(loop: string, job: string | null) {
    const view = await this.loopView(loop);
    return view.ok ? done(this.logs.get(job ?? view.value.job?.id ?? "") ?? "") : view;
  }

  async decideCheckpoint(
    caller: Caller,
    loop: string,
    checkpoint: string,
    input: Omit<rest.DecideCheckpoint, "via">,
  ) {
    return this.command("DecideCheckpoint", caller, loop, input, (view) => {
      const before = this.decided.get(checkpoint);
      if (before?.decision === input.decision) return { already: `${before.decision} by ${before.by}` };
      if (before) return refused(409, "decided", `${before.by} decided this before: ${before.decision}.`);
      const open = view.ask?.kind === "checkpoint" ? view.ask.checkpoint : null;
      if (open?.id !== checkpoint) return refused(404, "no-checkpoint", "This checkpoint is not open.");
      if (open.subject !== input.subject) return refused(409, "stale", "What you saw has changed since.");
      this.decided.set(checkpoint, { decision: input.decision, by: caller.person.id, at: Date.now() });
      return { already: null };
    });
  }
  async answerQuestions(
    caller: Caller,
    loop: string,
    input: { answers: { question: string; answer: string }[] },
  ) {
    return this.command("AnswerQuestions", caller, loop, input, () => ({ already: null }));
  }
  async resolveEscalation(
    caller: Caller,
    loop: string,
    escalation: string,
    input: { choice: string; text: string },
  ) {
    return this.command("ResolveEscalation", caller, loop, { escalation, ...input }, (view) =>
      view.ask?.kind === "escalation" && view.ask.card.escalation === escalation
        ? { already: null }
        : refused(409, "not-escalated", "This escalation is over."),
    );
  }
  async clearObstacle(caller: Caller, loop: string) {
    return this.command("ClearObstacle", caller, loop, {}, () => ({ already: null }));
  }
  async pauseLoop(caller: Caller, loop: string) {
    return this.command("PauseLoop", caller, loop, {}, () => ({ already: null }));
  }
  async escalateLoop(caller: Caller, loop: string, reason: string) {
    return this.command("EscalateLoop", caller, loop, { reason }, () => ({ already: null }));
  }
  async cancelLoop(caller: Caller, loop: string, reason: string) {
    return this.command("CancelLoop", caller, loop, { reason }, (view) => {
      view.word = "cancelled";
      return { already: null };
    });
  }
  async comment(caller: Caller, loop: string, input: { text: string; path: string | null; line: number }) {
    return this.command("CommentOnPullRequest", caller, loop, input, (view) => {
      const id = `t${view.threads.length + 1}`;
      view.threads.push({ id, author: caller.person.id, person: true, reply: null, ...input });
      return { already: null };
    });
  }

  private command(
    type: string,
    caller: Caller,
    loop: string,
    input: unknown,
    decide: (view: LoopView) => { already: string | null } | { ok: false; refusal: Refusal },
  ): Answer<rest.CommandAnswer> {
    const view = this.loops.get(loop);
    if (!view) return refused(404, "no-loop", "There is no such loop.");
    const same = this.answered.get(caller.commandId);
    if (same) return done(same);
    const outcome = decide(view);
    if ("ok" in outcome) return outcome;
    if (outcome.already !== null) return done({ accepted: true, already: outcome.already, seq: view.seq });
    this.commands.push({ type, caller, loop, input });
    view.ask = type === "CommentOnPullRequest" ? view.ask : null;
    if (view.word === "needs you" && view.ask === null) view.word = "running";
    const seq = this.append(view, type, `${caller.person.id}: ${type}`, { input }, caller.person.id);
    const answer = { accepted: true, already: null, seq };
    this.answered.set(caller.commandId, answer);
    return done(answer);
  }
}

function done<T>(value: T): { ok: true; value: T } {
  return { ok: true, value };
}

function refused(status: Refusal["status"], code: string, message: string): { ok: false; refusal: Refusal } {
  return { ok: false, refusal: { status, code, message, todo: "Look at the loop as it is now." } };
}
