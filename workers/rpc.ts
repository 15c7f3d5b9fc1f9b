import type { LoopView } from "@tamma/core/domain/loop/view.ts";
import type { Person } from "@tamma/core/domain/loop/work.ts";
import type * as connections from "@tamma/core/protocol/connections.ts";
import type { DeliveryPage, DeliveryQuery } from "@tamma/core/protocol/deliveries.ts";
import type { TurnError } from "@tamma/core/protocol/model-turn.ts";
import type * as rest from "@tamma/core/protocol/rest.ts";
import type * as runner from "@tamma/core/protocol/runner.ts";
import type { z } from "zod";

/**
 * All that workers/api may ask of workers/orchestrator, in plain data (an inferred type that passes two RPC
 * borders becomes `never`). Refusals come back as data, never as exceptions: errors lose their class across
 * RPC.
 */
export type Answer<T> = { ok: true; value: T } | { ok: false; refusal: Refusal };

export interface Refusal {
  /** 424: a platform did not do its part. */
  status: 400 | 401 | 403 | 404 | 409 | 413 | 422 | 424 | 429 | 503;
  code: string;
  message: string;
  todo: string;
}

/** Who calls and with which command id: from authentication and `Idempotency-Key`, never from the body. */
export interface Caller {
  person: Person;
  commandId: string;
  via: "dashboard" | "cli" | "api" | "comment" | "--yes";
}

/**
 * What a runner's token proved: who it is, and for a run of CI the only repository and loop that it works for
 * (`loop` null: all loops of the repository). An enrolled runner has no such bounds.
 */
export interface RunnerPass {
  runner: string;
  scope: { connection: string; repository: string; loop: string | null } | null;
}

/** `headers` in lower case, `body` as the bytes that were signed. */
export interface IncomingWebhook {
  platform: string;
  connection: string;
  headers: [string, string][];
  body: ArrayBuffer;
}

export type LoopStarted = z.infer<typeof rest.LoopStarted>;
export type AddRepository = z.infer<typeof rest.AddRepository>;
export type NewIssue = z.infer<typeof rest.NewIssue>;
export type AnswerQuestions = z.infer<typeof rest.AnswerQuestions>;
export type ResolveEscalation = z.infer<typeof rest.ResolveEscalation>;
export type NewComment = z.infer<typeof rest.NewComment>;

export interface OrchestratorRpc {
  // repositories and issues (plain Git keeps them in the coordinator)
  addRepository(caller: Caller, input: AddRepository): Promise<Answer<rest.AddedRepository>>;
  listRepositories(): Promise<rest.Repository[]>;
  /** Takes its webhook away and lists it no more; refused while loops are under way. Its record stays. */
  removeRepository(caller: Caller, repository: string): Promise<Answer<{ removed: string }>>;
  /** The settings that its next loop would start with, and where each comes from. */
  repositorySettings(repository: string): Promise<Answer<rest.RepositorySettings>>;
  createIssue(caller: Caller, repository: string, input: NewIssue): Promise<Answer<rest.Issue>>;
  listIssues(repository: string): Promise<Answer<rest.Issue[]>>;
  getIssue(repository: string, number: number): Promise<Answer<rest.Issue>>;

  // loops
  startLoop(caller: Caller, input: rest.StartLoop): Promise<Answer<LoopStarted>>;
  listLoops(filter: { state: "active" | "all"; repository: string | null }): Promise<rest.LoopList>;
  inbox(): Promise<rest.Inbox>;
  loopView(loop: string): Promise<Answer<LoopView>>;
  loopEvents(loop: string, after: number, limit: number): Promise<Answer<rest.EventPage>>;
  /** The state at a sequence number as plain JSON. */
  loopStateAt(loop: string, seq: number): Promise<Answer<{ seq: number; state: unknown }>>;
  verifyChain(loop: string): Promise<Answer<rest.ChainReport>>;
  /** The events as they lie in the log, with what their hashes cover. */
  loopRecord(loop: string, after: number, limit: number): Promise<Answer<rest.RecordPage>>;
  /** Decides every command of the loop again, from event `from` on, and compares; performs nothing. */
  rerunLoop(loop: string, from: number): Promise<Answer<rest.RerunReport>>;
  /** The present patch as `git diff` text; empty before there is one. */
  loopDiff(loop: string): Promise<Answer<string>>;
  /** The live log of a job (the newest when `job` is null). */
  loopLog(loop: string, job: string | null): Promise<Answer<string>>;
  /** The logs of all jobs (or of one) behind a cursor, piece by piece. */
  loopLogs(loop: string, after: string, job: string | null): Promise<Answer<rest.LogPage>>;

  // commands of people
  decideCheckpoint(
    caller: Caller,
    loop: string,
    checkpoint: string,
    input: Omit<rest.DecideCheckpoint, "via">,
  ): Promise<Answer<rest.CommandAnswer>>;
  answerQuestions(
    caller: Caller,
    loop: string,
    input: Omit<AnswerQuestions, "via">,
  ): Promise<Answer<rest.CommandAnswer>>;
  resolveEscalation(
    caller: Caller,
    loop: string,
    escalation: string,
    input: ResolveEscalation,
  ): Promise<Answer<rest.CommandAnswer>>;
  clearObstacle(caller: Caller, loop: string): Promise<Answer<rest.CommandAnswer>>;
  pauseLoop(caller: Caller, loop: string): Promise<Answer<rest.CommandAnswer>>;
  escalateLoop(caller: Caller, loop: string, reason: string): Promise<Answer<rest.CommandAnswer>>;
  cancelLoop(caller: Caller, loop: string, reason: string): Promise<Answer<rest.CommandAnswer>>;
  comment(caller: Caller, loop: string, input: NewComment): Promise<Answer<rest.CommandAnswer>>;

  // runners: `runner` is the id that the token proved, `pass` also for what
  enrolRunner(
    caller: Caller,
    input: { name: string; publicKey: string },
  ): Promise<Answer<{ runner: string }>>;
  listRunners(): Promise<rest.Runner[]>;
  /** Ends a runner's right for good: its key, its tokens and its leases. */
  revokeRunner(caller: Caller, runner: string): Promise<Answer<{ revoked: string }>>;
  runnerToken(request: runner.TokenRequest): Promise<Answer<runner.TokenResponse>>;
  /** A ticket for one run of CI that does the jobs of this loop; minutes long, used once. */
  makeTicket(caller: Caller, loop: string): Promise<Answer<rest.Ticket>>;
  /** The runner that a token belongs to; null when it is unknown or expired. */
  runnerOf(token: string): Promise<RunnerPass | null>;
  /** @param among the repositories to ask, as `<connection>/<id>`; null: all of them */
  lease(
    pass: RunnerPass,
    request: runner.LeaseRequest,
    among: readonly string[] | null,
  ): Promise<Answer<runner.LeaseResponse | null>>;
  /** How a loop stands, for a runner that may do its jobs. */
  loopStanding(pass: RunnerPass, loop: string): Promise<Answer<runner.LoopStanding>>;
  heartbeat(
    runner: string,
    job: string,
    request: runner.HeartbeatRequest,
  ): Promise<Answer<runner.HeartbeatResponse>>;
  log(runner: string, job: string, request: runner.LogRequest): Promise<Answer<{ next: number }>>;
  putBlob(
    runner: string,
    job: string,
    fence: number,
    blob: { sha256: string; mediaType: string; body: ArrayBuffer },
  ): Promise<Answer<{ stored: boolean }>>;
  getBlob(runner: string, job: string, sha256: string): Promise<Answer<ArrayBuffer>>;
  result(runner: string, job: string, request: runner.ResultRequest): Promise<Answer<runner.ResultResponse>>;
  watchList(pass: RunnerPass): Promise<runner.WatchResponse>;
  reportRefs(pass: RunnerPass, report: runner.RefsReport): Promise<Answer<{ accepted: boolean }>>;
  /** One model turn for a job, as a byte stream of NDJSON `TurnLine`s. */
  turn(runner: string, job: string, call: runner.TurnCall): Promise<Answer<ReadableStream<Uint8Array>>>;

  // connections to platforms
  addConnection(caller: Caller, input: connections.AddConnection): Promise<Answer<connections.NewConnection>>;
  listConnections(): Promise<connections.Connection[]>;
  rotateConnection(
    caller: Caller,
    id: string,
    input: connections.RotateConnection,
  ): Promise<Answer<connections.NewConnection>>;
  changeConnection(
    caller: Caller,
    id: string,
    input: connections.ChangeConnection,
  ): Promise<Answer<connections.Connection>>;
  removeConnection(caller: Caller, id: string): Promise<Answer<{ removed: string }>>;
  /** Asks the platform. `repository`: only that one of its repositories; null: all of them. */
  checkConnection(id: string, repository: string | null): Promise<Answer<connections.ConnectionCheck>>;
  /** A webhook as it came in; proven, read and kept here. What it asks for is done afterwards. */
  takeWebhook(delivery: IncomingWebhook): Promise<Answer<connections.WebhookAnswer>>;
  /** What became of webhooks to the account's connections, the newest first. */
  listDeliveries(query: DeliveryQuery): Promise<Answer<DeliveryPage>>;

  // account
  checkProvider(): Promise<{
    provider: string;
    model: string;
    label: string | null;
    problem: TurnError | null;
  }>;
  /** A one-time secret for a browser, valid ten minutes. */
  createLogin(caller: Caller): Promise<{ secret: string; expiresAt: number }>;
  /** Exchanges it for a session secret; null when it is unknown, used or expired. */
  redeemLogin(secret: string): Promise<{ session: string; expiresAt: number } | null>;
  /** The person of a session; null when there is none. */
  sessionPerson(session: string): Promise<{ id: string } | null>;
  health(): Promise<rest.Health>;

  // the server itself
  /** Wakes every loop that may have work. Never refuses; what could not be woken is counted. */
  resume(input: rest.Resume): Promise<rest.Resumed>;
  /** Compares every stream with its copy in D1, mends what can be verified, and says what it did. */
  reconcile(input: rest.Reconcile): Promise<Answer<rest.ReconcileReport>>;
}
