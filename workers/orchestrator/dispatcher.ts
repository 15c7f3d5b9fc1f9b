import { routeOf } from "@tamma/core/domain/ids.ts";
import { plainGitConnection } from "@tamma/core/domain/platform/connection.ts";
import {
  afterAnAnswer,
  correlationOf,
  type Dispatched,
  decideDispatch,
  type OpenJob,
  type RunState,
  runWorkflow,
} from "@tamma/core/domain/platform/dispatch.ts";
import {
  dispatchRefused,
  dispatchUnanswered,
  type Refused,
} from "@tamma/core/domain/platform/dispatch-refused.ts";
import type { KnownRepository } from "@tamma/core/domain/repository/state.ts";
import { retryAt } from "@tamma/core/engine/backoff.ts";
import { PlatformError } from "@tamma/core/ports/platform.ts";
import type { PlatformRepositories, PlatformRepository } from "@tamma/core/ports/platform-repository.ts";
import type { DispatchRow, DispatchRows } from "./dispatch-rows.ts";
import { earliest } from "./earliest.ts";
import { logError } from "./log.ts";
import type { AccountHubRpc, IssueLoopRpc } from "./objects.ts";
import { systemActor } from "./repository-core.ts";
import type { RepositoryIndex } from "./repository-index.ts";

/** Half a minute apart on average: longer than a restart of a platform takes. */
const triesMax = 100;
/** Webhooks get lost: a run that is at work, or a job that somebody holds, is looked at again after this. */
const lookAgainMs = 5 * 60_000;
/** A look that is under way may end with its process. */
const cutAfterMs = 30_000;

export interface DispatcherPorts {
  rows: DispatchRows;
  index: Pick<RepositoryIndex, "jobs">;
  known(): KnownRepository | null;
  repositories: PlatformRepositories;
  account(): Pick<AccountHubRpc, "makeTicket" | "noteDispatch">;
  loopAt(name: string): Pick<IssueLoopRpc, "command">;
  now(): number;
  fraction(): number;
  keepAlive(promise: Promise<unknown>): void;
  /** Sees to it that the object wakes when something is due. */
  arm(): void;
}

/** Starts runs of the repository's own CI for jobs that wait, where the repository wants that. */
export class Dispatcher {
  readonly #ports: DispatcherPorts;
  #running: Promise<void> | null = null;
  #again = false;
  #tries = 0;
  /** When a platform that did not answer is asked again. After a crash the object begins with a look. */
  #askAt: number | null = null;

  constructor(ports: DispatcherPorts) {
    this.#ports = ports;
  }

  /** Call it when a job was offered, and when the platform told of something. */
  kick(): void {
    if (!wantsRuns(this.#ports.known())) return;
    this.#again = true;
    if (this.#running) return;
    this.#running = this.#run().finally(() => {
      this.#running = null;
      this.#ports.arm();
    });
    this.#ports.keepAlive(this.#running);
  }

  /** When something is to be looked at; null: when something happens. */
  nextAt(): number | null {
    const { known, now, rows } = this.#ports;
    if (!wantsRuns(known())) return null;
    // What is due is being looked at: waking for it again would only ask the platform twice.
    return this.#running ? now() + cutAfterMs : earliest(rows.nextAt(), this.#askAt);
  }

  async #run(): Promise<void> {
    const { now, fraction } = this.#ports;
    try {
      do {
        this.#again = false;
        await this.#look();
      } while (this.#again);
      [this.#tries, this.#askAt] = [0, null];
    } catch (thrown) {
      logError("dispatch", thrown);
      this.#tries += 1;
      const named = thrown instanceof PlatformError ? thrown.retryAt : null;
      this.#askAt = named ?? retryAt(now(), this.#tries, fraction());
      if (this.#tries <= triesMax) return;
      [this.#tries, this.#askAt] = [0, null];
      await this.#giveUpAll(dispatchUnanswered(thrown instanceof PlatformError ? thrown.message : "a fault"));
    }
  }

  /** What somebody is at is offered anew when he is gone; what was given up waits for a person. */
  #open(): { loop: string; id: string; held: boolean }[] {
    const { rows, index } = this.#ports;
    const jobs = index.jobs().filter(({ held, job, loop }) => !held && rows.find(loop)?.givenUp !== job);
    return jobs.map(({ loop, job: id, held }) => ({ loop, id, held }));
  }

  async #look(): Promise<void> {
    const { rows, known: knownNow, now, repositories } = this.#ports;
    const known = knownNow();
    if (!wantsRuns(known)) return;
    rows.settleDue(now());
    const jobs = this.#open();
    if (jobs.length === 0) return;
    const platform = await repositories.at(known.repository);
    for (const { loop, ...open } of jobs) await this.#lookAt({ known, platform, loop }, open);
  }

  async #lookAt(where: Where, open: OpenJob): Promise<void> {
    const { rows, now } = this.#ports;
    const { platform, loop } = where;
    const before = rows.find(loop);
    const run = before ? await this.#stateOf(where, before) : "unseen";
    const canDispatch = platform.capabilities.dispatch !== "none";
    // Given up was an earlier job: a person has let the loop go on since.
    const answered = before !== null && before.givenUp !== null;
    const last = answered ? afterAnAnswer(run, open, now()) : (before?.last ?? null);
    const decision = decideDispatch({ runner: "ci", canDispatch, open, last, run, now: now() });
    switch (decision.do) {
      case "dispatch":
        return this.#start(where, decision.next);
      case "wait": {
        const dueAt = decision.until ?? now() + lookAgainMs;
        // What was looked for meanwhile may have been found.
        if (last) rows.put(loop, { last, run: rows.find(loop)?.run ?? null, dueAt, givenUp: null });
        return;
      }
      case "give-up":
        return this.#giveUp(loop, open.id, decision);
      default:
        return decision satisfies never;
    }
  }

  /** The loop tells people. It is told first: after a crash it is told again, and knows it by its id. */
  async #giveUp(loop: string, job: string, { why, todo }: Refused): Promise<void> {
    const { rows, now, loopAt } = this.#ports;
    const before = rows.find(loop);
    const last = before?.last ?? { at: now(), job, tries: 0, runs: 0 };
    const command = { type: "ReportNoRun", job, why, todo } as const;
    const occasion = `no-run:${job}:${last.at}`;
    await loopAt(routeOf(loop)?.name ?? "").command(loop, command, occasion, systemActor);
    rows.put(loop, { last, run: before?.run ?? null, dueAt: null, givenUp: job });
  }

  async #giveUpAll(refused: Refused): Promise<void> {
    try {
      for (const { loop, id } of this.#open()) await this.#giveUp(loop, id, refused);
    } catch (thrown) {
      // The loop tells a person by itself when nobody takes its job in time.
      logError("dispatch", thrown);
    }
  }

  /** How the last run stands. One whose start was never answered is looked for: it may be at work. */
  async #stateOf({ known, platform, loop }: Where, before: DispatchRow): Promise<RunState> {
    const { runs } = platform;
    if (before.run !== null) return (await runs.run(before.run))?.state ?? "unseen";
    const { last } = before;
    const sought = { workflow: runWorkflow, ref: known.repository.defaultBranch, since: last.at };
    const run = await runs.started({ ...sought, correlation: correlationOf(last) });
    if (run === null) return "unseen";
    await this.#note(loop, { ...before, run: run.id });
    return run.state;
  }

  async #note(loop: string, row: DispatchRow & { run: string }): Promise<void> {
    await this.#ports.account().noteDispatch(loop, row.run);
    this.#ports.rows.put(loop, row);
  }

  async #start(where: Where, next: Dispatched): Promise<void> {
    const { known, platform, loop } = where;
    // Taken down first: what was asked for and not answered is looked for, and not asked for once more.
    const row: DispatchRow = { last: next, run: null, dueAt: next.at + 1, givenUp: null };
    this.#ports.rows.put(loop, row);
    const correlation = correlationOf(next);
    const token = platform.capabilities.oidc ? {} : await this.#ticketFor(loop);
    const inputs = { loop, correlation, ...token };
    const { name: repository, connection, defaultBranch: ref } = known.repository;
    try {
      const run = await platform.runs.dispatch({ workflow: runWorkflow, ref, inputs, correlation });
      if (run) await this.#note(loop, { ...row, run: run.id });
    } catch (thrown) {
      if (!(thrown instanceof PlatformError)) throw thrown;
      const asked = { connection, repository, branch: ref };
      const refused = dispatchRefused(thrown.kind, thrown.message, asked);
      if (refused === null) throw thrown;
      await this.#giveUp(loop, next.job, refused);
    }
  }

  async #ticketFor(loop: string): Promise<{ token?: string }> {
    const made = await this.#ports.account().makeTicket({ person: systemActor }, loop);
    return made.ok ? { token: made.value.ticket } : {};
  }
}

interface Where {
  known: KnownRepository;
  platform: PlatformRepository;
  loop: string;
}

function wantsRuns(known: KnownRepository | null): known is KnownRepository {
  return known !== null && known.repository.connection !== plainGitConnection && known.config.runner === "ci";
}
