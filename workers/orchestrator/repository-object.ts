import type { StreamRef } from "@tamma/core/domain/loop/events.ts";
import type { Check } from "@tamma/core/domain/loop/evidence.ts";
import type { Actor, IssueSnapshot, RepositoryRef } from "@tamma/core/domain/loop/work.ts";
import { plainGitConnection } from "@tamma/core/domain/platform/connection.ts";
import type { ProjectConfig } from "@tamma/core/domain/project-config.ts";
import { settingsReport } from "@tamma/core/domain/repository/settings.ts";
import type { KnownRepository } from "@tamma/core/domain/repository/state.ts";
import { redactDeep } from "@tamma/core/engine/redact.ts";
import type { GitRight } from "@tamma/core/ports/git-access.ts";
import type { CommentTarget, PullRow } from "@tamma/core/ports/plain-git-store.ts";
import type { IssueNow } from "@tamma/core/ports/platform-reading.ts";
import type { Issue, Repository, StartLoop } from "@tamma/core/protocol/rest.ts";
import type { RefsReport } from "@tamma/core/protocol/runner.ts";
import type { Answer, Caller, LoopStarted } from "../rpc.ts";
import { sha256Hex } from "./cipher.ts";
import { type Drain, drainOf } from "./drain.ts";
import { earliest } from "./earliest.ts";
import { type Keeper, keeperOf } from "./keeper.ts";
import { knownLoopsOf } from "./known-loops.ts";
import type { Holder } from "./lease-rows.ts";
import { exactly } from "./log-copy.ts";
import type { ObjectHost } from "./object-host.ts";
import type { LeaseWish, LoopRow, RepoCoordinatorRpc } from "./objects.ts";
import { d1Outbox, type Outbox } from "./outbox.ts";
import { queueLoop } from "./queue-loop.ts";
import { changedHeads } from "./refs.ts";
import { answered, ok, refuse } from "./refusal.ts";
import { type RepositoryCore, repositoryCore, systemActor } from "./repository-core.ts";
import type { RepositoryIndex } from "./repository-index.ts";
import type { RepositoryObjectPorts } from "./repository-object-ports.ts";
import { reviewText } from "./review-text.ts";
import type { IssueRow, TrackerRows } from "./tracker-rows.ts";
import { snapshotOf } from "./tracker-snapshot.ts";

/** What the events of a repository do not hold. */
const lost = "Texts of issues, pull requests and comments made after that copy are in no event and stay lost";

/**
 * One repository, wherever it is hosted: its queue, slots and merge turn, its open jobs, and on plain Git its
 * issues and pull requests.
 */
export class RepositoryObject implements Omit<RepoCoordinatorRpc, "takeDelivery" | "deliveries"> {
  readonly #host: ObjectHost;
  readonly #core: RepositoryCore;
  readonly #tracker: TrackerRows;
  readonly #index: RepositoryIndex;
  readonly #drain: Drain;
  readonly #keeper: Keeper;
  readonly #outbox: Outbox;
  readonly #ports: Pick<RepositoryObjectPorts, "loopAt" | "keepAlive" | "issues" | "gitAccess" | "origin">;

  constructor(ports: RepositoryObjectPorts) {
    const { host, keepAlive, loopAt } = ports;
    const now = () => host.clock.now();
    this.#host = host;
    this.#tracker = ports.tracker;
    this.#index = ports.index;
    this.#ports = ports;
    const stream: StreamRef = { kind: "repository", id: streamIdOf(host, ports.name) };
    const clock = { now, fraction: () => host.chance.fraction(), after: host.after, end: host.end };
    const outbox = d1Outbox(ports.d1, host.store, () => exactly(stream.id), clock);
    this.#outbox = outbox;
    this.#core = repositoryCore({
      loopAt,
      host,
      stream,
      snapshot: (number) => this.#snapshot(number),
      changed: () => {
        this.#drain.kick();
        keepAlive(Promise.resolve().then(() => outbox.flushSoon()));
      },
    });
    this.#drain = drainOf(
      {
        store: host.store,
        now,
        fireTimers: (at) => {
          if ((outbox.nextAt() ?? Number.POSITIVE_INFINITY) <= at) keepAlive(outbox.flush());
          ports.besides?.wake(at);
        },
        perform: (pending) => this.#core.perform(pending),
        nextWake: () => earliest(outbox.nextAt(), ports.besides?.nextAt() ?? null),
        ...{ setAlarm: host.setAlarm, isArmed: host.isArmed, restAlarm: host.restAlarm },
      },
      keepAlive,
    );
    this.#keeper = keeperOf({
      ...{ d1: ports.d1, store: host.store, outbox, now, lost, sha256: host.sha256 },
      relist: () => {},
      rebuilt: () => this.#core.rebuilt(),
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
    this.#ports.keepAlive(this.#outbox.flush());
    void this.alarm();
  }

  /** The repository as commands are decided on it now; null when it was never added. */
  known(): KnownRepository | null {
    return this.#core.known();
  }

  /** Sets the alarm for whatever comes next. */
  arm(): void {
    this.#drain.arm();
  }

  /** The safety net. It never throws: after six throws Cloudflare would forget the alarm. */
  async alarm(): Promise<void> {
    this.#drain.kick();
    this.#ports.keepAlive(this.#drain.rest([this.#outbox]));
  }

  async wake(again: boolean): Promise<void> {
    if (again) this.#core.repeat();
    this.#drain.kick();
  }

  async copying(): ReturnType<RepoCoordinatorRpc["copying"]> {
    return this.#keeper.copying();
  }

  async reconcile(
    ...[input]: Parameters<RepoCoordinatorRpc["reconcile"]>
  ): ReturnType<RepoCoordinatorRpc["reconcile"]> {
    return this.#keeper.reconcile(input);
  }

  async add(caller: Caller, repository: RepositoryRef, config: ProjectConfig): Promise<Answer<Repository>> {
    return answered(() => {
      const { person: by, commandId } = caller;
      this.#core.handle({ type: "AddRepository", repository, config, by }, commandId, by);
      return this.#core.known()?.repository ?? repository;
    });
  }

  #snapshot(number: number): IssueSnapshot | null {
    const taken = this.#ports.issues?.taken(number);
    if (taken) return taken;
    const row = this.#tracker.issue(number);
    return row ? snapshotOf(row, this.#core.known()?.repository.id ?? "", this.#ports.origin) : null;
  }

  // Issues of our own tracker.

  async createIssueFor(
    { person, commandId }: Caller,
    input: { title: string; body: string; labels: string[] },
  ): Promise<Answer<Issue>> {
    return answered(() => {
      const number = this.#makeIssue(commandId, { ...input, author: person.id }, person);
      return this.#issueOf(this.#tracker.issue(number) as IssueRow);
    });
  }

  async createIssue(issue: Parameters<RepoCoordinatorRpc["createIssue"]>[0]): Promise<number> {
    return this.#makeIssue(issue.key, issue, systemActor);
  }

  #makeIssue(
    creation: string,
    issue: { title: string; body: string; labels: readonly string[]; author: string },
    actor: Actor,
  ): number {
    const { title, body, labels, author } = redactDeep(issue, this.#host.redact);
    return this.#core.together(() => {
      const made = this.#tracker.madeUnder(creation);
      if (made !== null) return made;
      // The record may know of issues whose texts a restore has lost.
      const known = this.#core.known()?.issues ?? [];
      const number = Math.max(
        this.#tracker.nextNumber(),
        1 + Math.max(0, ...known.map((each) => each.number)),
      );
      const rest = { title, bodySha256: sha256Hex(body), labels: [...labels], author };
      const command = { type: "CreateIssue", number, ...rest } as const;
      this.#core.handle(command, `issue:${creation}`, actor);
      this.#tracker.addIssue({ creation, number, title, body, author, at: this.#host.clock.now() });
      this.#tracker.addLabels(`issue:${number}`, labels);
      return number;
    });
  }

  async listIssues(): Promise<Issue[]> {
    return this.#tracker.issues().map((row) => this.#issueOf(row));
  }

  async getIssue(number: number): Promise<Answer<Issue>> {
    const row = this.#tracker.issue(number);
    return row
      ? ok(this.#issueOf(row))
      : refuse(404, "unknown-issue", `there is no issue ${number}`, "list them with `tamma issues`");
  }

  #issueOf({ open, ...row }: IssueRow): Issue {
    const loop = this.#core.known()?.loops.findLast((each) => each.issue === row.number)?.loop ?? null;
    return { ...row, state: open ? "open" : "closed", loop };
  }

  // Queue, slots, merge turn.

  async queueLoop(caller: Caller, input: StartLoop, seen?: IssueNow): Promise<Answer<LoopStarted>> {
    const ports = { core: this.#core, issues: this.#ports.issues, idle: () => this.#drain.idle() };
    return queueLoop({ ...ports, ...(seen ? { seen } : {}) }, caller, input);
  }

  async requestSlot(loop: string, key: string): Promise<void> {
    this.#core.handle({ type: "RequestSlot", loop }, `slot:${loop}:${key}`, systemActor);
  }

  async releaseSlot(loop: string, release: { claim: string; reason: string; ended: boolean }): Promise<void> {
    // A loop that was set back ends a second time: that frees what it was given since, or queued for.
    const held = release.ended ? this.#mergePlaceOf(loop) : "";
    const commandId = `release:${loop}:${release.claim}:${release.ended}${held}`;
    this.#core.handle({ type: "ReleaseSlot", loop, ...release }, commandId, systemActor);
  }

  /** Names the merge turn that the loop has, or its place in the queue for one; empty: neither. */
  #mergePlaceOf(loop: string): string {
    const known = this.#core.known();
    if (known?.mergeTurn?.loop === loop) return `:${known.mergeTurn.turn}`;
    return known?.mergeQueue.includes(loop) ? ":queued" : "";
  }

  async requestMergeTurn(loop: string, key: string): Promise<void> {
    this.#core.handle({ type: "RequestMergeTurn", loop }, `turn:${loop}:${key}`, systemActor);
  }

  /** A loop whose object runs older code gives no `turn`. */
  async releaseMergeTurn(loop: string, key: string, turn: string | null = null): Promise<void> {
    const commandId = `turn-back:${turn ?? `${loop}:${key}`}`;
    this.#core.handle({ type: "ReleaseMergeTurn", loop, turn }, commandId, systemActor);
  }

  async unqueue({ person, commandId }: Caller, loop: string): Promise<boolean> {
    const queued = this.#core.known()?.queue.some((each) => each.loop === loop && each.kind === "start");
    if (!queued) return false;
    const command = { type: "ReleaseSlot", loop, claim: "", reason: "cancelled", ended: true } as const;
    this.#core.handle(command, commandId, person);
    return true;
  }

  // Jobs and lists.

  async offerJob(loop: string, job: string): Promise<void> {
    this.#index.offer(loop, job, this.#host.clock.now());
  }

  async openJobs(loop: string | null, wish: LeaseWish): Promise<{ loop: string; job: string }[]> {
    return this.#index.openJobs(loop, wish);
  }

  async holdJob(
    job: string,
    by: Holder,
    fence: number,
    right: GitRight | null,
  ): ReturnType<RepoCoordinatorRpc["holdJob"]> {
    this.#index.hold(job, by, fence);
    return right === null ? ok(null) : this.#ports.gitAccess(right);
  }

  async forgetJob(job: string): Promise<void> {
    this.#index.forget(job);
  }

  async liveLoops(): Promise<string[]> {
    return (this.#core.known()?.loops ?? []).flatMap(({ loop, ended }) => (ended ? [] : [loop]));
  }

  async noteLoop(row: LoopRow): Promise<void> {
    this.#index.note(row);
  }

  async listLoops(): ReturnType<RepoCoordinatorRpc["listLoops"]> {
    const known = this.#core.known();
    const queued = (known?.queue ?? []).map(({ issue }) => {
      return { issue, title: known?.issues.find((each) => each.number === issue)?.title ?? "" };
    });
    return { rows: this.#index.rows(), queued };
  }

  async knownLoops(): ReturnType<RepoCoordinatorRpc["knownLoops"]> {
    return knownLoopsOf(this.#core.known(), this.#index.rows());
  }

  async settings(): ReturnType<RepoCoordinatorRpc["settings"]> {
    const known = this.#core.known();
    if (!known) return refuse(404, "unknown-repository", "this repository was never added", "add it first");
    return ok({ repository: known.repository, ...settingsReport(known.config, this.#core.configSource()) });
  }

  async watched(): ReturnType<RepoCoordinatorRpc["watched"]> {
    const known = this.#core.known();
    const active = this.#index.rows().filter((row) => row.active);
    // A platform tells by webhook what happens there.
    const own = known?.repository.connection === plainGitConnection;
    if (!known || !own || active.length === 0) return null;
    const branches = active.flatMap((row) => (row.branch === null ? [] : [row.branch]));
    return { repository: known.repository, branches: [known.repository.defaultBranch, ...branches] };
  }

  async reportRefs(runner: string, report: RefsReport): Promise<Answer<{ accepted: boolean }>> {
    const known = this.#core.known();
    if (!known) return refuse(404, "unknown-repository", "this repository was never added", "add it first");
    const actor: Actor = { kind: "runner", id: runner };
    // Without a readable file the config stays what it was: a typing error must not switch protections off.
    if (report.config !== null && report.configError === null)
      this.#core.handle(
        { type: "ChangeConfig", config: report.config },
        `config:${report.at}:${runner}`,
        actor,
      );
    for (const { loop, branch, head } of changedHeads(this.#index.rows(), report.heads)) {
      const name = loop.slice(0, loop.lastIndexOf("#"));
      const command = { type: "ReportHead", branch, head } as const;
      await this.#ports.loopAt(name).command(loop, command, `refs:${report.at}:${branch}:${head}`, actor);
    }
    return ok({ accepted: true });
  }

  // What the plain Git adapter stands on.

  async addLabels(target: CommentTarget, labels: readonly string[]): Promise<void> {
    this.#tracker.addLabels(target, labels);
  }

  async removeLabels(target: CommentTarget, labels: readonly string[]): Promise<void> {
    this.#tracker.removeLabels(target, labels);
  }

  async putComment(target: CommentTarget, key: string, author: string, body: string): Promise<void> {
    this.#tracker.putComment(target, key, author, this.#host.redact(body), this.#host.clock.now());
  }

  async closeIssue(number: number): Promise<void> {
    this.#core.together(() => {
      this.#core.handle({ type: "CloseIssue", number }, `close:${number}`, systemActor);
      this.#tracker.closeIssue(number);
    });
  }

  async openPull(pull: Parameters<RepoCoordinatorRpc["openPull"]>[0]): Promise<PullRow> {
    return this.#core.together(() => this.#tracker.openPull(pull));
  }

  async updatePull(number: number, change: Parameters<RepoCoordinatorRpc["updatePull"]>[1]): Promise<void> {
    this.#tracker.updatePull(number, change);
  }

  async putReview(number: number, review: Parameters<RepoCoordinatorRpc["putReview"]>[1]): Promise<void> {
    const body = reviewText(review);
    await this.putComment(`pull:${number}`, `review:${review.key}`, "tamma", body);
  }

  async putReply(number: number, reply: Parameters<RepoCoordinatorRpc["putReply"]>[1]): Promise<void> {
    await this.putComment(
      `pull:${number}`,
      `reply:${reply.key}`,
      reply.author,
      `Re ${reply.thread}: ${reply.text}`,
    );
  }

  async putStatus(sha: string, status: Check): Promise<void> {
    this.#tracker.putStatus(sha, status);
  }

  async listStatuses(sha: string): Promise<Check[]> {
    return this.#tracker.statuses(sha);
  }
}

/** The name is not always known when an alarm wakes the object; the log remembers it. */
function streamIdOf(host: ObjectHost, name: string | null): string {
  const own = host.store.streams().find(({ stream }) => stream.kind === "repository");
  return own?.stream.id ?? name ?? "repository";
}
