import { routeOf } from "@tamma/core/domain/ids.ts";
import { plainGitConnection } from "@tamma/core/domain/platform/connection.ts";
import {
  type Dispatched,
  decideDispatch,
  type OpenJob,
  type RunState,
  runWorkflow,
} from "@tamma/core/domain/platform/dispatch.ts";
import type { KnownRepository } from "@tamma/core/domain/repository/state.ts";
import { retryAt } from "@tamma/core/engine/backoff.ts";
import { PlatformError } from "@tamma/core/ports/platform.ts";
import type { PlatformRepositories, PlatformRepository } from "@tamma/core/ports/platform-repository.ts";
import type { DispatchRow, DispatchRows } from "./dispatch-rows.ts";
import { earliest } from "./earliest.ts";
import { logError } from "./log.ts";
import type { AccountHubRpc } from "./objects.ts";
import { systemActor } from "./repository-core.ts";
import type { RepositoryIndex } from "./repository-index.ts";

/** Half a minute apart on average: longer than a restart of a platform takes. */
const triesMax = 100;
/** Webhooks get lost: a run that is at work, or a job that somebody holds, is looked at again after this. */
const lookAgainMs = 5 * 60_000;

export interface DispatcherPorts {
  rows: DispatchRows;
  index: Pick<RepositoryIndex, "jobs">;
  known(): KnownRepository | null;
  repositories: PlatformRepositories;
  account(): Pick<AccountHubRpc, "makeTicket" | "noteDispatch">;
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
    return wantsRuns(this.#ports.known()) ? earliest(this.#ports.rows.nextAt(), this.#askAt) : null;
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
      // Whatever it was, the loop tells a person when nobody takes its job in time.
      this.#tries += 1;
      const named = thrown instanceof PlatformError ? thrown.retryAt : null;
      this.#askAt = this.#tries > triesMax ? null : (named ?? retryAt(now(), this.#tries, fraction()));
    }
  }

  async #look(): Promise<void> {
    const { rows, index, known: knownNow, now, repositories } = this.#ports;
    const known = knownNow();
    if (!wantsRuns(known)) return;
    rows.settleDue(now());
    // What somebody is at is offered anew when he is gone.
    const jobs = index.jobs().filter(({ held, job, loop }) => !held && rows.find(loop)?.givenUp !== job);
    if (jobs.length === 0) return;
    const platform = await repositories.at(known.repository);
    for (const { loop, job, held } of jobs) await this.#lookAt({ known, platform, loop }, { id: job, held });
  }

  async #lookAt(where: Where, open: OpenJob): Promise<void> {
    const { rows, now } = this.#ports;
    const { platform, loop } = where;
    const before = rows.find(loop);
    const run = before?.run ? await stateOf(platform, before.run) : "unseen";
    const canDispatch = platform.capabilities.dispatch !== "none";
    const last = before?.last ?? null;
    const decision = decideDispatch({ runner: "ci", canDispatch, open, last, run, now: now() });
    switch (decision.do) {
      case "dispatch":
        return this.#start(where, decision.next);
      case "wait":
        if (before) rows.put(loop, { ...before, dueAt: decision.until ?? now() + lookAgainMs });
        return;
      case "give-up": {
        // The loop itself tells a person when nobody takes its job in time.
        logError("dispatch", `${decision.why}; ${decision.todo}`, { loop });
        const none: Dispatched = { at: now(), job: open.id, tries: 0, runs: 0 };
        rows.put(loop, { last: last ?? none, run: before?.run ?? null, dueAt: null, givenUp: open.id });
        return;
      }
      default:
        return decision satisfies never;
    }
  }

  async #start({ known, platform, loop }: Where, next: Dispatched): Promise<void> {
    const { rows, account } = this.#ports;
    // Taken down first: what was asked for and not answered is looked for, and not asked for once more.
    const row: DispatchRow = { last: next, run: null, dueAt: next.at + 1, givenUp: null };
    rows.put(loop, row);
    const correlation = `${routeOf(next.job)?.workItemId ?? ""}-${next.runs}-${next.at.toString(36)}`;
    const token = platform.capabilities.oidc ? {} : await this.#ticketFor(loop);
    const inputs = { loop, correlation, ...token };
    const ref = known.repository.defaultBranch;
    const run = await platform.runs.dispatch({ workflow: runWorkflow, ref, inputs, correlation });
    rows.put(loop, { ...row, run: run?.id ?? null });
    if (run) await account().noteDispatch(loop, run.id);
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

async function stateOf({ runs }: PlatformRepository, id: string): Promise<RunState> {
  return (await runs.run(id))?.state ?? "unseen";
}
