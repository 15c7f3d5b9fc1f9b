import type { AccountEvent } from "@tamma/core/domain/account/events.ts";
import type { PlatformAccess } from "@tamma/core/ports/platform-repository.ts";
import type {
  AddConnection,
  Connection,
  NewConnection,
  RotateConnection,
} from "@tamma/core/protocol/connections.ts";
import type { Answer } from "../rpc.ts";
import type { ConnectionRow, ConnectionRows, ConnectionSecrets } from "./connection-rows.ts";
import { ok, refuse } from "./refusal.ts";

/** What the connections of the account stand on. */
export interface ConnectionPorts {
  rows: ConnectionRows;
  now(): number;
  /** A new secret of 32 random bytes, as text. */
  secret(): string;
  /** Records the event with the rows in one transaction. */
  record(event: AccountEvent): void;
  /** The command was accepted before: it changes nothing and is answered again. */
  repeated: boolean;
  /** How many repositories were added through this connection. */
  repositoriesOf(connection: string): number;
}

/** More connections than a person can look after; each webhook looks for its own among them. */
const connectionsMax = 100;

/** The account's connections to platforms: what may be done to them is decided here, the rows follow. */
export class Connections {
  readonly #ports: ConnectionPorts;

  constructor(ports: ConnectionPorts) {
    this.#ports = ports;
  }

  list(): Connection[] {
    return this.#ports.rows.all().map(shown);
  }

  add(input: AddConnection): Answer<NewConnection> {
    const { rows, now, secret, record } = this.#ports;
    const { id, platform, baseUrl, credential } = input;
    const known = rows.find(id);
    if (known) return this.#addedBefore(known, input);
    if (rows.all().length >= connectionsMax)
      return refuse(409, "too-many-connections", `there are ${connectionsMax} already`, "remove one first");
    const row = { id, platform, baseUrl, kind: credential.kind, addedAt: now(), secretsAt: now() };
    const secrets = { credential, webhook: [secret()] };
    rows.add(row, secrets);
    record({ type: "ConnectionAdded", connection: id, platform, baseUrl, credential: credential.kind });
    return ok(told(row, secrets));
  }

  #addedBefore(
    known: ConnectionRow,
    { platform, baseUrl, credential }: AddConnection,
  ): Answer<NewConnection> {
    const same = known.platform === platform && known.baseUrl === baseUrl;
    const secrets = this.#ports.rows.secrets(known.id);
    if (same && secrets && JSON.stringify(secrets.credential) === JSON.stringify(credential))
      return ok(told(known, secrets));
    return refuse(
      409,
      "connection-exists",
      `there is a connection ${known.id} already, to ${known.platform} at ${known.baseUrl}`,
      `take another name, or change its secrets with \`tamma connections rotate ${known.id}\``,
    );
  }

  /** The secret before stays good, so that deliveries under way are not lost. */
  rotate(id: string, { credential }: RotateConnection): Answer<NewConnection> {
    const { rows, now, secret, record } = this.#ports;
    const known = rows.find(id);
    const secrets = rows.secrets(id);
    if (!known || !secrets) return unknown(id);
    if (this.#ports.repeated) return ok(told(known, secrets));
    if (credential?.kind === "app" && known.platform !== "github")
      return refuse(422, "bad-input", "only GitHub knows Apps", "give a token");
    const [before] = secrets.webhook;
    const next: ConnectionSecrets = {
      credential: credential ?? secrets.credential,
      webhook: before === undefined ? [secret()] : [secret(), before],
    };
    rows.setSecrets(id, now(), next);
    record({ type: "ConnectionSecretsChanged", connection: id, credential: credential?.kind ?? null });
    return ok(told({ ...known, kind: next.credential.kind, secretsAt: now() }, next));
  }

  /** Repositories hold on to their connection. */
  remove(id: string): Answer<{ removed: string }> {
    const { rows, record, repositoriesOf, repeated } = this.#ports;
    if (repeated) return ok({ removed: id });
    if (!rows.find(id)) return unknown(id);
    const used = repositoriesOf(id);
    if (used > 0)
      return refuse(
        409,
        "connection-in-use",
        `${used} ${used === 1 ? "repository was" : "repositories were"} added through ${id}`,
        "keep the connection, or rotate its secrets",
      );
    rows.remove(id);
    record({ type: "ConnectionRemoved", connection: id });
    return ok({ removed: id });
  }

  /** All that is needed to speak with the platform, for the orchestrator alone; null: no such connection. */
  access(id: string): ConnectionAccess | null {
    const known = this.#ports.rows.find(id);
    const secrets = this.#ports.rows.secrets(id);
    if (!known || !secrets) return null;
    const { platform, baseUrl, secretsAt } = known;
    const { credential, webhook: webhookSecrets } = secrets;
    return { platform, baseUrl, credential, secretsAt, webhookSecrets };
  }
}

export interface ConnectionAccess extends PlatformAccess {
  /** When they were set last. */
  secretsAt: number;
  webhookSecrets: string[];
}

function shown({ id, platform, baseUrl, kind, addedAt, secretsAt }: ConnectionRow): Connection {
  const webhookPath = `/webhooks/${platform}/${id}`;
  return { id, platform, baseUrl, credential: kind, addedAt, secretsAt, webhookPath };
}

/** With the secret that the platform signs its webhooks with, for whoever sets them up there. */
function told(row: ConnectionRow, { webhook }: ConnectionSecrets): NewConnection {
  return { ...shown(row), webhookSecret: webhook[0] ?? "" };
}

function unknown<T>(id: string): Answer<T> {
  return refuse(404, "unknown-connection", `there is no connection ${id}`, "see `tamma connections`");
}
