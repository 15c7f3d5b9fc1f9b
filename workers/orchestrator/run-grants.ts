import type { AccountEvent } from "@tamma/core/domain/account/events.ts";
import { routeOf } from "@tamma/core/domain/ids.ts";
import type { ProvenRun } from "@tamma/core/ports/run-proof.ts";
import type { TokenResponse } from "@tamma/core/protocol/runner.ts";
import type { Answer } from "../rpc.ts";
import { sha256Hex } from "./cipher.ts";
import type { SqlHost } from "./object-host.ts";
import { ok, refuse } from "./refusal.ts";
import { type AdmittedRun, type RunRows, type RunScope, runRows } from "./run-rows.ts";

/** A platform ends a job of its CI after six hours at the latest. */
const runMsMax = 6 * 60 * 60_000;
/** From the dispatch until a machine begins: longer queues get a new run, and a new ticket. */
const ticketMs = 30 * 60_000;
/** A run is dispatched, waits and works in this time; runs that are never seen are forgotten then. */
const dispatchKeptMs = 24 * 60 * 60_000;
/** A token may be presented a little after its end, as clocks differ; its id is kept longer than that. */
const idGraceMs = 5 * 60_000;

/** What the admission of runs stands on; all of it is one transaction of the account. */
export interface RunPorts {
  rows: RunRows;
  now(): number;
  /** A new secret of 32 random bytes, as text. */
  secret(): string;
  /** A token of 15 minutes for this runner. */
  issue(runner: string): { token: string; expiresAt: number };
  /** The runner of a token that is good; null otherwise. */
  runnerOf(token: string): string | null;
  record(event: AccountEvent, occasion: string): void;
  isAdded(repository: { connection: string; repository: string }): boolean;
}

/** A run that was let in, and the runs of the same loop that are over because of it. */
export type Admission = TokenResponse & { runner: string; replaced: string[] };

/** How a run asks to be let in, once its proof was read. */
export type AdmissionRequest =
  | { by: "id-token"; run: ProvenRun; connection: string; loop: string | null }
  | { by: "ticket"; ticket: string; claim: string }
  | { by: "token"; token: string };

/** Lets runs of CI in: which ones, for what, and for how long. */
export class RunGrants {
  readonly #ports: RunPorts;

  constructor(ports: RunPorts) {
    this.#ports = ports;
  }

  admit(request: AdmissionRequest): Answer<Admission> {
    this.#ports.rows.forgetExpired(this.#ports.now());
    if (request.by === "id-token") return this.#proven(request);
    return request.by === "ticket" ? this.#withTicket(request) : this.#again(request.token);
  }

  #proven({ run, connection, loop }: AdmissionRequest & { by: "id-token" }): Answer<Admission> {
    const { rows } = this.#ports;
    const { issuer, jti, repository, attempt } = run;
    if (!rows.takeId(issuer, jti, run.expiresAt + idGraceMs)) return notLetIn("its token was used before");
    const dispatchedFor = rows.loopOf({ connection, repository, run: run.run });
    if (dispatchedFor !== null && loop !== null && dispatchedFor !== loop)
      return notLetIn(`it was started for ${dispatchedFor}, not for ${loop}`);
    const scope = { connection, repository, loop: dispatchedFor ?? loop };
    if (scope.loop !== null && !isWithin(scope.loop, scope))
      return notLetIn(`${scope.loop} is no loop of its repository`);
    const runner = `ci-${connection}-${repository}-${run.run}.${attempt}`;
    return this.#letIn(runner, scope, { proof: "id-token", run: run.run, attempt });
  }

  #withTicket({ ticket, claim }: AdmissionRequest & { by: "ticket" }): Answer<Admission> {
    const { rows, now } = this.#ports;
    const hash = sha256Hex(ticket);
    const found = rows.ticket(hash);
    const claimed = sha256Hex(claim);
    if (!found || found.expiresAt <= now()) return notLetIn("its ticket is unknown or expired");
    if (found.claim !== null && found.claim !== claimed) return notLetIn("its ticket was used before");
    const route = routeOf(found.loop);
    const scope = { connection: route?.connection ?? "", repository: route?.repositoryId ?? "" };
    const runner = found.runner ?? `ci-${scope.connection}-${scope.repository}-t${hash.slice(0, 12)}`;
    if (found.claim === null) rows.claimTicket(hash, claimed, runner);
    const letIn = { proof: "ticket", run: null, attempt: null } as const;
    return this.#letIn(runner, { ...scope, loop: found.loop }, letIn);
  }

  #again(token: string): Answer<Admission> {
    const runner = this.#ports.runnerOf(token);
    const run = runner === null ? null : this.#ports.rows.alive(runner, this.#ports.now());
    if (!run || !this.#ports.isAdded(run)) return notLetIn("its token is no good token of a run any more");
    return ok({ ...this.#issued(run), runner: run.runner, loop: run.loop, replaced: [] });
  }

  #letIn(
    runner: string,
    scope: RunScope,
    how: { proof: "id-token" | "ticket"; run: string | null; attempt: string | null },
  ): Answer<Admission> {
    const { rows, now, record, isAdded } = this.#ports;
    if (!isAdded(scope)) return notLetIn("its repository is not here any more");
    const until = now() + runMsMax;
    const known = rows.alive(runner, now());
    rows.admit({ ...scope, runner, until });
    // A run has several jobs, each with a proof of its own: all of them are one runner.
    const run = known ?? rows.alive(runner, now());
    if (run === null) return notLetIn("it was told to end");
    if (run.loop !== scope.loop) return notLetIn(`it works on ${run.loop ?? "its whole repository"} already`);
    if (!known) record({ type: "RunAdmitted", runner, ...scope, ...how, until }, runner);
    // A platform runs one at a time for a loop: whoever was before has been cut off, or its machine is gone.
    const replaced = scope.loop === null ? [] : rows.replace(scope.loop, runner);
    return ok({ ...this.#issued(run), runner, loop: scope.loop, replaced });
  }

  /** No token outlives the run. */
  #issued({ runner, until }: AdmittedRun): { token: string; expiresAt: number } {
    const { token, expiresAt } = this.#ports.issue(runner);
    return { token, expiresAt: Math.min(expiresAt, until) };
  }

  /** A ticket for one run that works on this loop; whoever has it first is let in. */
  makeTicket(loop: string): Answer<{ ticket: string; expiresAt: number }> {
    const { rows, now, secret, record } = this.#ports;
    rows.forgetExpired(now());
    const route = routeOf(loop);
    if (!route || !this.#ports.isAdded({ connection: route.connection, repository: route.repositoryId }))
      return refuse(404, "unknown-loop", `there is no loop ${loop}`, "take the id from `tamma status`");
    const ticket = `tamma_ticket_${secret()}`;
    const expiresAt = now() + ticketMs;
    rows.addTicket(sha256Hex(ticket), loop, expiresAt);
    record({ type: "TicketMade", loop, expiresAt }, sha256Hex(ticket).slice(0, 16));
    return ok({ ticket, expiresAt });
  }

  /** The platform started `run` for the loop: from now on it is let in for that loop alone. */
  noteDispatch(loop: string, run: string): void {
    const { rows, now, record } = this.#ports;
    const route = routeOf(loop);
    if (!route) return;
    const { connection, repositoryId: repository } = route;
    rows.dispatched({ connection, repository, run, loop, until: now() + dispatchKeptMs });
    record({ type: "RunDispatched", loop, run }, `${loop}:${run}`);
  }

  /** Null: no run of CI, or one that is over. */
  scopeOf(runner: string): RunScope | null {
    return this.#ports.rows.alive(runner, this.#ports.now());
  }

  /** False when there is no such run. */
  end(runner: string): boolean {
    return this.#ports.rows.end(runner);
  }
}

/** The grants over the rows of the account. */
export function runGrantsIn(
  { sql, clock }: Pick<SqlHost, "sql" | "clock">,
  tokens: Pick<RunPorts, "secret" | "issue"> & { runnerOf(token: string, now: number): string | null },
  record: RunPorts["record"],
): RunGrants {
  const added = "SELECT 1 FROM repositories WHERE connection = ? AND id = ?";
  return new RunGrants({
    ...{ rows: runRows(sql), now: () => clock.now(), record },
    ...{ secret: tokens.secret, issue: tokens.issue },
    runnerOf: (token) => tokens.runnerOf(token, clock.now()),
    isAdded: ({ connection, repository }) => sql.exec(added, connection, repository).toArray().length > 0,
  });
}

/** Runs of CI have ids that no enrolled runner has. */
export function isRunOfCi(runner: string): boolean {
  return runner.startsWith("ci-");
}

export function isWithin(
  loop: string,
  { connection, repository }: Pick<RunScope, "connection" | "repository">,
) {
  const route = routeOf(loop);
  return route?.connection === connection && route.repositoryId === repository && route.loop === loop;
}

function notLetIn<T>(why: string): Answer<T> {
  const todo = "a run is let in once, from the workflow on the default branch; see docs/runner-in-ci.md";
  return refuse(403, "run-refused", `this run is not let in: ${why}`, todo);
}
