import type { LoopCommand } from "@tamma/core/domain/loop/commands.ts";
import type { BlobRef } from "@tamma/core/domain/loop/evidence.ts";
import type { JobResult } from "@tamma/core/domain/loop/jobs.ts";
import type { LoopView } from "@tamma/core/domain/loop/view.ts";
import type {
  Actor,
  IssueSnapshot,
  LoopSettings,
  Person,
  RepositoryRef,
} from "@tamma/core/domain/loop/work.ts";
import type { OrderGiven, OrderToALoop } from "@tamma/core/domain/platform/orders.ts";
import type { ProjectConfig } from "@tamma/core/domain/project-config.ts";
import type { Coordinator } from "@tamma/core/ports/coordinator.ts";
import type { GitAccess, GitRight } from "@tamma/core/ports/git-access.ts";
import type { TurnOutcome } from "@tamma/core/ports/model.ts";
import type { PlainGitStore } from "@tamma/core/ports/plain-git-store.ts";
import type {
  AddConnection,
  ChangeConnection,
  Connection,
  NewConnection,
  RotateConnection,
} from "@tamma/core/protocol/connections.ts";
import type { TurnRequest } from "@tamma/core/protocol/model-turn.ts";
import type * as rest from "@tamma/core/protocol/rest.ts";
import type * as runner from "@tamma/core/protocol/runner.ts";
import type { Answer, Caller, LoopStarted } from "../rpc.ts";
import type { ConnectionAccess } from "./connections.ts";
import type { KeptDelivery, ListedFrom, TakenDelivery } from "./deliveries/delivery-rows.ts";
import type { OrchestratorEnv } from "./env.ts";
import type { Holder } from "./lease-rows.ts";
import type { SetUpRow } from "./listed-rows.ts";
import type { RefusedDelivery } from "./refused-rows.ts";
import type { Admission, AdmissionRequest } from "./run-grants.ts";
import type { RunScope } from "./run-rows.ts";

/**
 * What the objects ask of each other, in plain data. Refusals are data, because errors lose their class on
 * the way.
 */

/** One line of a list, with what the inbox needs. */
export interface LoopRow {
  summary: rest.LoopSummary;
  inbox: rest.InboxItem | null;
  active: boolean;
  /** Branch and head that the loop knows of; null before it has one. */
  branch: string | null;
  head: string | null;
  /** Its number; null before it is open, and absent in rows from before this was kept. */
  pullRequest?: number | null;
  seq: number;
}

/** What a repository says of its loops. */
export interface KnownLoops {
  /** All that it ever knew of. */
  all: string[];
  /** Those that may have work: the ones in flight and the last that ended. */
  busy: string[];
  /** Those of them that wait for a person. A repository whose object runs older code names none. */
  waiting?: string[];
}

export interface StartClaim {
  loop: string;
  claim: string;
  issue: IssueSnapshot;
  repository: RepositoryRef;
  requester: Person;
  settings: LoopSettings;
}

export interface TurnWish {
  loop: string;
  turn: string;
  provider: string;
  model: string;
  /** The worst that this turn may cost. */
  amountMicroUsd: number;
  /** A runner's turn names the lease it works under; null for the loop's own tasks. */
  lease: { job: string; fence: number; runner: string } | null;
}

/**
 * `granted`: go, and touch the turn until it is settled. `answered`: here is what it said. `in-flight`:
 * somebody else is at it. `lost`: it was cut off, take the next id.
 */
export type TurnPermit =
  | { state: "granted" }
  | { state: "answered"; answer: BlobRef }
  | { state: "in-flight" }
  | { state: "lost" }
  | { state: "refused"; kind: "budget" | "stopped"; message: string };

export interface TurnSettlement {
  loop: string;
  turn: string;
  outcome: "answered" | "failed" | "cut";
  costMicroUsd: number;
  /** Nobody knows the cost, so the reservation counts in full. */
  estimated: boolean;
  inputTokens: number;
  outputTokens: number;
  cacheReadTokens: number;
  latencyMs: number;
  answer: BlobRef | null;
  detail: string;
}

/** Who asks for a job, and which leases (`<job>:<fence>`) have reached that process. */
export interface LeaseWish extends Holder {
  received: readonly string[];
  /** Kinds of jobs that it does; absent for all. */
  kinds?: readonly string[] | undefined;
}

/** `other-kind`: open, but none that it does. */
export type JobGrant =
  | { state: "granted"; lease: runner.LeaseResponse }
  | { state: "other-kind" }
  | { state: "held"; by: Holder; fence: number };

/** How the copies of an object's events stand, for the health page. */
export interface Copying {
  /** Events that D1 does not have yet. */
  waiting: number;
  /** Streams that may not grow, because D1 has more than the object. */
  held: number;
}

/** What every object can be asked about its own log. */
export interface KeeperRpc {
  /** Does what is due. The object wakes by being asked. `again`: also what is wanted and was done before. */
  wake(again: boolean): Promise<void>;
  copying(): Promise<Copying>;
  /** Compares the object's log with D1 and mends what can be verified. Throws when D1 does not answer. */
  reconcile(input: rest.Reconcile): Promise<rest.StreamReport[]>;
}

export interface IssueLoopRpc extends KeeperRpc {
  start(claim: StartClaim): Promise<Answer<null>>;
  /** A command of a person or of the coordinator. */
  command(
    loop: string,
    command: LoopCommand,
    commandId: string,
    actor: Actor,
  ): Promise<Answer<rest.CommandAnswer>>;
  /** An order of a person in a comment. `said`: words for whoever gave it, as Markdown. */
  obey(
    loop: string,
    order: OrderToALoop,
    given: OrderGiven,
    commandId: string,
  ): Promise<Answer<{ said: string | null }>>;
  /** Gives the job to `wish`, or says who has it; a refusal when nobody needs it any more. */
  lease(loop: string, job: string, wish: LeaseWish): Promise<Answer<JobGrant>>;
  /** Ends the leases of processes of this runner that are known to be gone; null: of all of them. */
  loseLeases(runner: string, gone: readonly string[] | null): Promise<void>;
  heartbeat(
    job: string,
    runner: string,
    request: runner.HeartbeatRequest,
  ): Promise<Answer<{ continue: boolean; reason: string | null }>>;
  log(job: string, runner: string, request: runner.LogRequest): Promise<Answer<{ next: number }>>;
  /** Is the job held by this runner (with this fence, when one is given)? */
  holds(job: string, runner: string, fence: number | null): Promise<Answer<null>>;
  result(
    job: string,
    runner: string,
    fence: number,
    result: JobResult,
  ): Promise<Answer<runner.ResultResponse>>;
  reserveTurn(wish: TurnWish): Promise<TurnPermit>;
  /** Says that the turn is still under way. False: it is not wanted any more, stop it. */
  touchTurn(loop: string, turn: string): Promise<boolean>;
  settleTurn(settlement: TurnSettlement): Promise<void>;
  view(loop: string): Promise<Answer<LoopView>>;
  events(loop: string, after: number, limit: number): Promise<Answer<rest.EventPage>>;
  stateAt(loop: string, seq: number): Promise<Answer<{ seq: number; state: unknown }>>;
  verifyChain(loop: string): Promise<Answer<rest.ChainReport>>;
  record(loop: string, after: number, limit: number): Promise<Answer<rest.RecordPage>>;
  rerun(loop: string, from: number): Promise<Answer<rest.RerunReport>>;
  diff(loop: string): Promise<Answer<string>>;
  readLog(loop: string, job: string | null): Promise<Answer<string>>;
  readLogs(loop: string, after: string, job: string | null): Promise<Answer<rest.LogPage>>;
}

export interface RepoCoordinatorRpc extends PlainGitStore, Coordinator, KeeperRpc {
  add(caller: Caller, repository: RepositoryRef, config: ProjectConfig): Promise<Answer<rest.Repository>>;
  createIssueFor(
    caller: Caller,
    input: { title: string; body: string; labels: string[] },
  ): Promise<Answer<rest.Issue>>;
  listIssues(): Promise<rest.Issue[]>;
  getIssue(number: number): Promise<Answer<rest.Issue>>;
  queueLoop(caller: Caller, input: rest.StartLoop): Promise<Answer<LoopStarted>>;
  /**
   * Jobs that `wish` may ask for, oldest first; of one loop when it is named. Jobs that its own process was
   * given but never heard of are among them.
   */
  openJobs(loop: string | null, wish: LeaseWish): Promise<{ loop: string; job: string }[]>;
  /**
   * The job was given to this process. With `right` the answer is what lets the process's git in for it: null
   * where the runner's machine knows by itself.
   */
  holdJob(job: string, by: Holder, fence: number, right: GitRight | null): Promise<Answer<GitAccess | null>>;
  forgetJob(job: string): Promise<void>;
  /** Loops of this repository that have not ended. */
  liveLoops(): Promise<string[]>;
  noteLoop(row: LoopRow): Promise<void>;
  listLoops(): Promise<{ rows: LoopRow[]; queued: { issue: number; title: string }[] }>;
  watched(): Promise<{ repository: RepositoryRef; branches: string[] } | null>;
  reportRefs(runner: string, report: runner.RefsReport): Promise<Answer<{ accepted: boolean }>>;
  /** Leaves the queue: a loop that never started is cancelled here. False when it is not queued. */
  unqueue(caller: Caller, loop: string): Promise<boolean>;
  knownLoops(): Promise<KnownLoops>;
  settings(): Promise<Answer<rest.RepositorySettings>>;
  /** Keeps a delivery. `again`: it was taken before; `unknown`: this repository was never added. */
  takeDelivery(delivery: TakenDelivery): Promise<"taken" | "again" | "unknown">;
  /** Deliveries that it keeps, the newest first. */
  deliveries(from: ListedFrom): Promise<KeptDelivery[]>;
}

export interface AccountHubRpc extends KeeperRpc {
  /** Lists the repository; the coordinator keeps everything else about it. False: it was listed before. */
  list(caller: Caller, repository: rest.Repository): Promise<boolean>;
  /** It is listed no more; its coordinator keeps all that it knows. Unlisting twice changes nothing. */
  unlist(caller: Caller, repository: rest.Repository): Promise<void>;
  /** What was set up on its platform; null: nothing that is known of. */
  setUpOf(repository: { connection: string; id: string }): Promise<SetUpRow | null>;
  noteSetUp(
    caller: Caller,
    repository: rest.Repository,
    setUp: { row: SetUpRow; done: rest.RepositorySetUp },
  ): Promise<void>;
  repositories(): Promise<rest.Repository[]>;
  /** By id, by `<connection>/<id>`, or by a name that only one has; null when there is none. */
  findRepository(key: string): Promise<rest.Repository | null>;
  addConnection(caller: Caller, input: AddConnection): Promise<Answer<NewConnection>>;
  rotateConnection(caller: Caller, id: string, input: RotateConnection): Promise<Answer<NewConnection>>;
  changeConnection(caller: Caller, id: string, input: ChangeConnection): Promise<Answer<Connection>>;
  removeConnection(caller: Caller, id: string): Promise<Answer<{ removed: string }>>;
  connections(): Promise<Connection[]>;
  /** With its secrets; for the orchestrator alone. */
  connectionAccess(id: string): Promise<ConnectionAccess | null>;
  /** A delivery to this connection proved nothing, or was not what the platform documents. */
  noteRefusedDelivery(connection: string, why: string): Promise<void>;
  /** The newest first. */
  refusedDeliveries(): Promise<RefusedDelivery[]>;
  enrolRunner(
    caller: Caller,
    input: { name: string; publicKey: string },
  ): Promise<Answer<{ runner: string }>>;
  runners(): Promise<rest.Runner[]>;
  /** Ends the right of its key and of every token; false when it is unknown. */
  revokeRunner(caller: Caller, runner: string): Promise<boolean>;
  /** Keeps when it was seen and what it says of itself. False: it was revoked, give it nothing. */
  noteRunner(runner: string, about: { labels: string[]; tools: Record<string, string> }): Promise<boolean>;
  runnerToken(request: runner.KeyProof): Promise<Answer<{ token: string; expiresAt: number }>>;
  /** `scope` null: an enrolled runner, which works for every repository. */
  runnerOf(token: string): Promise<{ runner: string; expiresAt: number; scope: RunScope | null } | null>;
  /** Lets a run of CI in; its proof was read before. */
  admitRun(request: AdmissionRequest): Promise<Answer<Admission>>;
  makeTicket(caller: { person: Actor }, loop: string): Promise<Answer<{ ticket: string; expiresAt: number }>>;
  /** The platform started this run for the loop. */
  noteDispatch(loop: string, run: string): Promise<void>;
  createLogin(caller: Caller): Promise<{ secret: string; expiresAt: number }>;
  redeemLogin(secret: string): Promise<{ session: string; expiresAt: number } | null>;
  sessionPerson(session: string): Promise<{ id: string } | null>;
}

/** What an object asks of the Worker: turns are streamed there, because a stream would block an object. */
export interface WorkerRpc {
  modelTurn(loop: string, turn: string, request: TurnRequest): Promise<TurnOutcome>;
}

// Stubs are typed by hand: an inferred type that passes two RPC borders becomes `never`.
export function issueLoop(env: OrchestratorEnv, name: string): IssueLoopRpc {
  return env.ISSUE_LOOP.get(env.ISSUE_LOOP.idFromName(name)) as unknown as IssueLoopRpc;
}

export function repoCoordinator(
  env: OrchestratorEnv,
  repository: { connection: string; id: string },
): RepoCoordinatorRpc {
  const id = env.REPO_COORDINATOR.idFromName(`${repository.connection}/${repository.id}`);
  return env.REPO_COORDINATOR.get(id) as unknown as RepoCoordinatorRpc;
}

/** One account at first: everything of it is in one object. */
export function accountHub(env: OrchestratorEnv): AccountHubRpc {
  return env.ACCOUNT_HUB.get(env.ACCOUNT_HUB.idFromName("account")) as unknown as AccountHubRpc;
}

export function worker(env: OrchestratorEnv): WorkerRpc {
  return env.ORCHESTRATOR as WorkerRpc;
}
