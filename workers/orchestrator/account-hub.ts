import { DurableObject } from "cloudflare:workers";
import { randomBytes } from "node:crypto";
import type { AccountEvent } from "@tamma/core/domain/account/events.ts";
import type { StreamRef } from "@tamma/core/domain/loop/events.ts";
import type { Actor } from "@tamma/core/domain/loop/work.ts";
import { type FoldCache, handle } from "@tamma/core/engine/handle.ts";
import type {
  AddConnection,
  Connection,
  NewConnection,
  RotateConnection,
} from "@tamma/core/protocol/connections.ts";
import type { Repository, Runner } from "@tamma/core/protocol/rest.ts";
import type { TokenRequest } from "@tamma/core/protocol/runner.ts";
import { inFlight } from "../in-flight.ts";
import type { Answer, Caller } from "../rpc.ts";
import { accountMachine } from "./account-machine.ts";
import { accountTables, runnerColumns, type SecretRows, secretRows } from "./account-rows.ts";
import { sha256Hex } from "./cipher.ts";
import { connectionRows, connectionTables } from "./connection-rows.ts";
import { type ConnectionAccess, type ConnectionPorts, Connections } from "./connections.ts";
import { d1Copy } from "./d1-log.ts";
import type { OrchestratorEnv } from "./env.ts";
import { type Keeper, keeperOf } from "./keeper.ts";
import { exactly } from "./log-copy.ts";
import { objectHost, type SqlHost } from "./object-host.ts";
import type { AccountHubRpc } from "./objects.ts";
import { d1Outbox, type Outbox } from "./outbox.ts";
import { ok, refuse } from "./refusal.ts";
import { ed25519Key, signatureFits } from "./runner-signature.ts";

/** Short enough that a stolen token is soon worthless; a runner fetches a new one by itself. */
const runnerTokenMs = 15 * 60_000;
/** How far a runner's clock may be off. */
const signatureAgeMsMax = 60_000;
/** A login link is clicked at once or not at all. */
const loginMs = 10 * 60_000;
const sessionMs = 30 * 24 * 60 * 60_000;
const secretBytes = 32;

const stream: StreamRef = { kind: "account", id: "account" };

interface RunnerAbout {
  labels: string[];
  tools: Record<string, string>;
}

type RunnerRow = {
  id: string;
  name: string;
  public_key: string;
  at: number;
  seen_at: number | null;
  about: string | null;
  revoked_at: number | null;
};

/** What the events of the account do not hold. */
const lost =
  "Addresses of repositories and keys of runners added after that copy are in no event: add them again";

/** The one account: its repositories, its runners, who may come in. */
export class AccountHub extends DurableObject<OrchestratorEnv> implements AccountHubRpc {
  readonly #host: SqlHost;
  readonly #secrets: SecretRows;
  readonly #outbox: Outbox;
  readonly #keeper: Keeper;
  readonly #cache: FoldCache<null> = new Map();

  constructor(ctx: DurableObjectState, env: OrchestratorEnv) {
    super(ctx, env);
    this.#host = objectHost(ctx, env, {
      name: "account",
      steps: [accountTables, runnerColumns, connectionTables],
    });
    this.#secrets = secretRows(this.#host.sql);
    const { chance, after, end } = this.#host;
    const clock = { now: () => this.#host.clock.now(), fraction: () => chance.fraction(), after, end };
    const d1 = d1Copy(env.DB);
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
      rebuilt: () => this.#cache.clear(),
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

  async list({ person, commandId }: Caller, repository: Repository): Promise<void> {
    const { connection, id, name, url, defaultBranch } = repository;
    this.#host.store.transaction(() => {
      const [known] = this.#host.sql
        .exec("SELECT 1 FROM repositories WHERE connection = ? AND id = ?", connection, id)
        .toArray();
      if (known) return;
      this.#host.sql.exec(
        "INSERT INTO repositories VALUES (?, ?, ?, ?, ?)",
        connection,
        id,
        name,
        url,
        defaultBranch,
      );
      this.#record({ type: "RepositoryListed", connection, id, name }, `list:${commandId}`, person);
    });
  }

  async repositories(): Promise<Repository[]> {
    return this.#host.sql
      .exec<Omit<Repository, "defaultBranch"> & { default_branch: string }>(
        "SELECT * FROM repositories ORDER BY rowid",
      )
      .toArray()
      .map(({ connection, id, name, url, default_branch: defaultBranch }) => ({
        connection,
        id,
        name,
        url,
        defaultBranch,
      }));
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

  async connections(): Promise<Connection[]> {
    return new Connections(this.#connectionPorts()).list();
  }

  async connectionAccess(id: string): Promise<ConnectionAccess | null> {
    return new Connections(this.#connectionPorts()).access(id);
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
      ...{ rows: connectionRows(sql, cipher), now: () => clock.now(), secret },
      repositoriesOf: (connection) => sql.exec<{ n: number }>(count, connection).one().n,
      ...{ record: () => {}, repeated: false },
    };
  }

  async enrolRunner(
    { person, commandId }: Caller,
    { name, publicKey }: { name: string; publicKey: string },
  ): Promise<Answer<{ runner: string }>> {
    if (!ed25519Key(publicKey))
      return refuse(
        422,
        "bad-key",
        "the public key is no Ed25519 key in SPKI PEM",
        "make one with `tamma-runner enrol`",
      );
    // The id follows from the key, so enrolling the same key again gives the same runner.
    const runner = `r-${sha256Hex(publicKey.trim()).slice(0, 16)}`;
    return this.#host.store.transaction((): Answer<{ runner: string }> => {
      const known = this.#runner(runner);
      if (known?.revoked_at)
        return refuse(
          409,
          "runner-revoked",
          `the key of ${runner} was revoked`,
          "enrol with a new key: name a file that is not there yet",
        );
      if (known) return ok({ runner });
      this.#host.sql.exec(
        "INSERT INTO runners (id, name, public_key, at) VALUES (?, ?, ?, ?)",
        ...[runner, name, publicKey, this.#host.clock.now()],
      );
      this.#record({ type: "RunnerEnrolled", runner, name }, `enrol:${commandId}`, person);
      return ok({ runner });
    });
  }

  async runners(): Promise<Runner[]> {
    return this.#host.sql
      .exec<RunnerRow>("SELECT * FROM runners ORDER BY rowid")
      .toArray()
      .map(({ id, name, at, seen_at: seenAt, about, revoked_at: revokedAt }) => {
        const said = about === null ? { labels: [], tools: {} } : (JSON.parse(about) as RunnerAbout);
        return { id, name, enrolledAt: at, seenAt, revokedAt, ...said };
      });
  }

  async revokeRunner({ person, commandId }: Caller, runner: string): Promise<boolean> {
    return this.#host.store.transaction(() => {
      const known = this.#runner(runner);
      if (!known) return false;
      if (known.revoked_at) return true;
      this.#host.sql.exec(
        "UPDATE runners SET revoked_at = ? WHERE id = ?",
        ...[this.#host.clock.now(), runner],
      );
      this.#secrets.forgetAll("runner_tokens", runner);
      this.#record({ type: "RunnerRevoked", runner, name: known.name }, `revoke:${commandId}`, person);
      return true;
    });
  }

  async noteRunner(runner: string, about: RunnerAbout): Promise<boolean> {
    if (this.#runner(runner)?.revoked_at) return false;
    this.#host.sql.exec(
      "UPDATE runners SET seen_at = ?, about = ? WHERE id = ?",
      ...[this.#host.clock.now(), JSON.stringify(about), runner],
    );
    return true;
  }

  #runner(id: string): RunnerRow | null {
    return this.#host.sql.exec<RunnerRow>("SELECT * FROM runners WHERE id = ?", id).toArray()[0] ?? null;
  }

  async runnerToken(request: TokenRequest): Promise<Answer<{ token: string; expiresAt: number }>> {
    const { runner, at, nonce } = request;
    const now = this.#host.clock.now();
    const known = this.#runner(runner);
    // One refusal for all of it: which part was wrong helps only somebody who guesses.
    const refused = refuse<never>(
      401,
      "bad-signature",
      "the runner is unknown or its signature does not fit",
      "enrol the runner again and check its clock",
    );
    // The machine's own clock, which is what the runner's is compared with.
    if (!known || Math.abs(Date.now() - at) > signatureAgeMsMax || !signatureFits(known.public_key, request))
      return refused;
    // Only its holder learns this.
    if (known.revoked_at)
      return refuse(401, "runner-revoked", "this runner was revoked", "enrol it with a new key");
    return this.#host.store.transaction(() => {
      this.#secrets.forgetExpired(now);
      if (!this.#secrets.useNonce(runner, nonce, now)) return refused;
      const token = `tamma_run_${secret()}`;
      const expiresAt = now + runnerTokenMs;
      this.#secrets.add("runner_tokens", sha256Hex(token), runner, expiresAt);
      const actor: Actor = { kind: "runner", id: runner };
      this.#record({ type: "RunnerTokenIssued", runner, expiresAt }, `token:${runner}:${nonce}`, actor);
      return ok({ token, expiresAt });
    });
  }

  async runnerOf(token: string): Promise<{ runner: string; expiresAt: number } | null> {
    const found = this.#secrets.find("runner_tokens", sha256Hex(token), this.#host.clock.now());
    return found ? { runner: found.owner, expiresAt: found.expiresAt } : null;
  }

  async createLogin({ person, commandId }: Caller): Promise<{ secret: string; expiresAt: number }> {
    const expiresAt = this.#host.clock.now() + loginMs;
    const made = secret();
    this.#host.store.transaction(() => {
      this.#secrets.add("logins", sha256Hex(made), person.id, expiresAt);
      const id = `login:${commandId}:${sha256Hex(made).slice(0, 8)}`;
      this.#record({ type: "LoginLinkCreated", person: person.id, expiresAt }, id, person);
    });
    return { secret: made, expiresAt };
  }

  async redeemLogin(login: string): Promise<{ session: string; expiresAt: number } | null> {
    const now = this.#host.clock.now();
    return this.#host.store.transaction(() => {
      const found = this.#secrets.take("logins", sha256Hex(login), now);
      if (!found) return null;
      const session = secret();
      const expiresAt = now + sessionMs;
      this.#secrets.add("sessions", sha256Hex(session), found.owner, expiresAt);
      const person: Actor = { kind: "person", id: found.owner, authenticated: "login-link", ip: null };
      this.#record(
        { type: "SignedIn", person: found.owner, expiresAt },
        `signin:${sha256Hex(session).slice(0, 16)}`,
        person,
      );
      return { session, expiresAt };
    });
  }

  async sessionPerson(session: string): Promise<{ id: string } | null> {
    const found = this.#secrets.find("sessions", sha256Hex(session), this.#host.clock.now());
    return found ? { id: found.owner } : null;
  }

  #record(event: AccountEvent, commandId: string, actor: Actor): void {
    try {
      handle(accountMachine, this.#host, this.#cache, {
        stream,
        command: event,
        commandId,
        actor,
        correlationId: null,
      });
    } catch (thrown) {
      this.#cache.clear();
      throw thrown;
    }
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

function secret(): string {
  return randomBytes(secretBytes).toString("base64url");
}
