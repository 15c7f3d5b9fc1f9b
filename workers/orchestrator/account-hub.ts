import { DurableObject } from "cloudflare:workers";
import type { AccountEvent } from "@tamma/core/domain/account/events.ts";
import type { StreamRef } from "@tamma/core/domain/loop/events.ts";
import type { Actor } from "@tamma/core/domain/loop/work.ts";
import type {
  AddConnection,
  ChangeConnection,
  Connection,
  NewConnection,
  RotateConnection,
} from "@tamma/core/protocol/connections.ts";
import type { Repository, RepositorySetUp, Runner } from "@tamma/core/protocol/rest.ts";
import type { KeyProof } from "@tamma/core/protocol/runner.ts";
import { inFlight } from "../in-flight.ts";
import type { Answer, Caller } from "../rpc.ts";
import { accountMachine } from "./account-machine.ts";
import {
  accountTables,
  type RunnerAbout,
  runnerColumns,
  type SecretRows,
  secret,
  secretRows,
} from "./account-rows.ts";
import { sha256Hex } from "./cipher.ts";
import { connectionColumns, connectionRows, connectionTables, hideAll } from "./connection-rows.ts";
import { type ConnectionAccess, type ConnectionPorts, Connections } from "./connections.ts";
import { limitedD1Copy } from "./d1-log.ts";
import { EnrolledRunners, type RecordEvent } from "./enrolled-runners.ts";
import type { OrchestratorEnv } from "./env.ts";
import { type Keeper, keeperOf } from "./keeper.ts";
import { listedRows, type SetUpRow, setUpTables } from "./listed-rows.ts";
import { exactly } from "./log-copy.ts";
import { objectHost, type SqlHost } from "./object-host.ts";
import type { AccountHubRpc } from "./objects.ts";
import { d1Outbox, type Outbox } from "./outbox.ts";
import { refusedRows, refusedTables } from "./refused-rows.ts";
import {
  type Admission,
  type AdmissionRequest,
  isRunOfCi,
  type RunGrants,
  runGrantsIn,
} from "./run-grants.ts";
import { runTables } from "./run-rows.ts";
import { type Shell, shellOf } from "./shell.ts";
import { SignIn } from "./sign-in.ts";

/** Short enough that a stolen token is soon worthless; a runner fetches a new one by itself. */
const runnerTokenMs = 15 * 60_000;

const stream: StreamRef = { kind: "account", id: "account" };

/** What the events of the account do not hold. */
const lost =
  "Addresses of repositories and keys of runners added after that copy are in no event: add them again";

/** The one account: its repositories, its runners, who may come in. */
export class AccountHub extends DurableObject<OrchestratorEnv> implements AccountHubRpc {
  readonly #host: SqlHost;
  readonly #secrets: SecretRows;
  readonly #runners: EnrolledRunners;
  readonly #signIn: SignIn;
  readonly #outbox: Outbox;
  readonly #keeper: Keeper;
  readonly #shell: Shell<AccountEvent, AccountEvent, null>;

  constructor(ctx: DurableObjectState, env: OrchestratorEnv) {
    super(ctx, env);
    this.#host = objectHost(ctx, env, {
      name: "account",
      steps: [
        ...[accountTables, runnerColumns, connectionTables, connectionColumns, setUpTables, runTables],
        refusedTables,
      ],
    });
    this.#shell = shellOf(accountMachine, this.#host);
    this.#secrets = secretRows(this.#host.sql);
    hideAll(connectionRows(this.#host.sql, this.#host.cipher));
    const record: RecordEvent = (...args) => this.#record(...args);
    const own = { host: this.#host, secrets: this.#secrets, record };
    this.#runners = new EnrolledRunners({ ...own, issue: (...args) => this.#issue(...args) });
    this.#signIn = new SignIn(own);
    const { chance, after, end } = this.#host;
    const clock = { now: () => this.#host.clock.now(), fraction: () => chance.fraction(), after, end };
    const d1 = limitedD1Copy(env.DB);
    this.#outbox = d1Outbox(d1, this.#host.store, () => exactly(stream.id), clock);
    this.#keeper = keeperOf({
      ...{
        d1,
        store: this.#host.store,
        outbox: this.#outbox,
        now: clock.now,
        lost,
        sha256: this.#host.sha256,
      },
      relist: () => {},
      rebuilt: () => void this.#shell.refold(stream),
    });
    // D1 is asked before the first command: an older copy of this object must not go on from where it was.
    void ctx.blockConcurrencyWhile(() => this.#outbox.lookOnce()).then(() => this.#flush());
  }

  /** Wakes only to catch up with D1; it never throws. */
  override async alarm(): Promise<void> {
    this.#flush();
  }

  /** The account wants nothing of others, so there is nothing to do again. */
  async wake(_again: boolean): Promise<void> {
    this.#flush();
  }

  async copying(): ReturnType<AccountHubRpc["copying"]> {
    return this.#keeper.copying();
  }

  async reconcile(
    ...[input]: Parameters<AccountHubRpc["reconcile"]>
  ): ReturnType<AccountHubRpc["reconcile"]> {
    return this.#keeper.reconcile(input);
  }

  async list({ person, commandId }: Caller, repository: Repository): Promise<boolean> {
    const { connection, id, name } = repository;
    const command = `list:${commandId}`;
    return this.#host.store.transaction(() => {
      // The same command again added it itself.
      if (this.#host.store.answerOf(stream, command) !== null) return true;
      if (!listedRows(this.#host.sql).add(repository)) return false;
      this.#record({ type: "RepositoryListed", connection, id, name }, command, person);
      return true;
    });
  }

  async unlist({ person, commandId }: Caller, { connection, id, name }: Repository): Promise<void> {
    this.#host.store.transaction(() => {
      if (!listedRows(this.#host.sql).remove(connection, id)) return;
      this.#record({ type: "RepositoryUnlisted", connection, id, name }, `unlist:${commandId}`, person);
    });
  }

  async repositories(): Promise<Repository[]> {
    return listedRows(this.#host.sql).all();
  }

  async setUpOf({ connection, id }: { connection: string; id: string }): Promise<SetUpRow | null> {
    return listedRows(this.#host.sql).setUp(connection, id);
  }

  async noteSetUp(
    { person, commandId }: Caller,
    { connection, id, name }: Repository,
    { row, done }: { row: SetUpRow; done: RepositorySetUp },
  ): Promise<void> {
    const changed = changesOf(done);
    this.#host.store.transaction(() => {
      listedRows(this.#host.sql).putSetUp(connection, id, row);
      if (Object.keys(changed).length === 0) return;
      const event = { type: "RepositorySetUp", connection, id, name, ...changed } as const;
      this.#record(event, `set-up:${commandId}`, person);
    });
  }

  async findRepository(key: string): Promise<Repository | null> {
    const all = await this.repositories();
    const exact = all.find((each) => each.id === key || `${each.connection}/${each.id}` === key);
    const named = all.filter((each) => each.name === key);
    return exact ?? (named.length === 1 ? (named[0] ?? null) : null);
  }

  async addConnection({ person, commandId }: Caller, input: AddConnection): Promise<Answer<NewConnection>> {
    return this.#connections(person, `connect:${commandId}`, (all) => all.add(input));
  }

  async rotateConnection(
    { person, commandId }: Caller,
    id: string,
    input: RotateConnection,
  ): Promise<Answer<NewConnection>> {
    return this.#connections(person, `rotate:${commandId}`, (all) => all.rotate(id, input));
  }

  async removeConnection({ person, commandId }: Caller, id: string): Promise<Answer<{ removed: string }>> {
    return this.#connections(person, `disconnect:${commandId}`, (all) => all.remove(id));
  }

  async changeConnection(
    { person, commandId }: Caller,
    id: string,
    input: ChangeConnection,
  ): Promise<Answer<Connection>> {
    return this.#connections(person, `change:${commandId}`, (all) => all.change(id, input));
  }

  async connections(): Promise<Connection[]> {
    return new Connections(this.#connectionPorts()).list();
  }

  async connectionAccess(id: string): Promise<ConnectionAccess | null> {
    return new Connections(this.#connectionPorts()).access(id);
  }

  async noteRefusedDelivery(connection: string, why: string): Promise<void> {
    refusedRows(this.#host.sql).note({ connection, at: this.#host.clock.now(), why });
  }

  async refusedDeliveries(): ReturnType<AccountHubRpc["refusedDeliveries"]> {
    return refusedRows(this.#host.sql).all();
  }

  /** Rows and record change together. */
  #connections<T>(person: Actor, commandId: string, change: (all: Connections) => T): T {
    const record = (event: AccountEvent) => this.#record(event, commandId, person);
    return this.#host.store.transaction(() => {
      const repeated = this.#host.store.answerOf(stream, commandId) !== null;
      return change(new Connections({ ...this.#connectionPorts(), record, repeated }));
    });
  }

  #connectionPorts(): ConnectionPorts {
    const { sql, cipher, clock } = this.#host;
    const count = "SELECT count(*) AS n FROM repositories WHERE connection = ?";
    return {
      ...{ rows: connectionRows(sql, cipher), now: () => clock.now(), secret, origin: this.env.TAMMA_ORIGIN },
      repositoriesOf: (connection) => sql.exec<{ n: number }>(count, connection).one().n,
      ...{ record: () => {}, repeated: false },
    };
  }

  async enrolRunner(
    ...args: Parameters<AccountHubRpc["enrolRunner"]>
  ): ReturnType<AccountHubRpc["enrolRunner"]> {
    return this.#runners.enrol(...args);
  }

  async runners(): Promise<Runner[]> {
    return this.#runners.list();
  }

  async revokeRunner(caller: Caller, runner: string): Promise<boolean> {
    if (!isRunOfCi(runner)) return this.#runners.revoke(caller, runner);
    const { person, commandId } = caller;
    return this.#host.store.transaction(() => {
      const ended = this.#runs(person).end(runner);
      if (ended) this.#record({ type: "RunnerRevoked", runner, name: runner }, `revoke:${commandId}`, person);
      return ended;
    });
  }

  async noteRunner(runner: string, about: RunnerAbout): Promise<boolean> {
    return isRunOfCi(runner) ? this.#runs().scopeOf(runner) !== null : this.#runners.note(runner, about);
  }

  async runnerToken(request: KeyProof): ReturnType<AccountHubRpc["runnerToken"]> {
    return this.#runners.token(request);
  }

  #issue(runner: string, occasion: string): { token: string; expiresAt: number } {
    const token = `tamma_run_${secret()}`;
    const expiresAt = this.#host.clock.now() + runnerTokenMs;
    this.#secrets.add("runner_tokens", sha256Hex(token), runner, expiresAt);
    const actor: Actor = { kind: "runner", id: runner };
    this.#record({ type: "RunnerTokenIssued", runner, expiresAt }, `token:${runner}:${occasion}`, actor);
    return { token, expiresAt };
  }

  async runnerOf(token: string): ReturnType<AccountHubRpc["runnerOf"]> {
    const found = this.#secrets.find("runner_tokens", sha256Hex(token), this.#host.clock.now());
    if (!found) return null;
    const { owner: runner, expiresAt } = found;
    if (!isRunOfCi(runner)) return { runner, expiresAt, scope: null };
    const scope = this.#runs().scopeOf(runner);
    return scope && { runner, expiresAt, scope };
  }

  async admitRun(request: AdmissionRequest): Promise<Answer<Admission>> {
    return this.#host.store.transaction(() => {
      this.#secrets.forgetExpired(this.#host.clock.now());
      return this.#runs().admit(request);
    });
  }

  async makeTicket({ person }: { person: Actor }, loop: string): ReturnType<AccountHubRpc["makeTicket"]> {
    return this.#host.store.transaction(() => this.#runs(person).makeTicket(loop));
  }

  async noteDispatch(loop: string, run: string): Promise<void> {
    this.#host.store.transaction(() => this.#runs().noteDispatch(loop, run));
  }

  /** `actor`: who wants it; null for a run itself. */
  #runs(actor: Actor | null = null): RunGrants {
    const tokens = {
      secret,
      issue: (runner: string) => this.#issue(runner, secret()),
      runnerOf: (token: string, now: number) =>
        this.#secrets.find("runner_tokens", sha256Hex(token), now)?.owner ?? null,
    };
    return runGrantsIn(this.#host, tokens, (event, occasion) => {
      const by: Actor = actor ?? { kind: "runner", id: "runner" in event ? event.runner : "ci" };
      this.#record(event, `run:${event.type}:${occasion}`, by);
    });
  }

  async createLogin(
    ...args: Parameters<AccountHubRpc["createLogin"]>
  ): ReturnType<AccountHubRpc["createLogin"]> {
    return this.#signIn.createLogin(...args);
  }

  async redeemLogin(login: string): ReturnType<AccountHubRpc["redeemLogin"]> {
    return this.#signIn.redeem(login);
  }

  async sessionPerson(session: string): ReturnType<AccountHubRpc["sessionPerson"]> {
    return this.#signIn.person(session);
  }

  #record(event: AccountEvent, commandId: string, actor: Actor): void {
    this.#shell.handle({ stream, command: event, commandId, actor, correlationId: null });
    this.#flush();
  }

  #flush(): void {
    const flushed = Promise.resolve()
      .then(() => this.#outbox.flushSoon())
      .then(() => {
        const next = this.#outbox.nextAt();
        if (next !== null) this.#host.setAlarm(next);
      });
    this.ctx.waitUntil(inFlight.during(flushed));
  }
}

/** What was changed on the platform; what was there already is no event. */
function changesOf({ webhook, label, workflow }: RepositorySetUp) {
  return {
    ...(webhook === "made" || webhook === "renewed" ? { webhook } : {}),
    ...(label === "made" ? { label } : {}),
    ...(workflow?.state === "proposed" && workflow.url !== null ? { workflow: workflow.url } : {}),
  };
}
