import type { AccountEvent } from "@tamma/core/domain/account/events.ts";
import { type WebhookAddress, webhookAddress } from "@tamma/core/domain/platform/webhook-address.ts";
import type { PlatformAccess } from "@tamma/core/ports/platform-repository.ts";
import type {
  AddConnection,
  ChangeConnection,
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
  /** The server's own address. */
  origin: string;
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
    return this.#ports.rows.all().map((row) => this.#shown(row));
  }

  add(input: AddConnection): Answer<NewConnection> {
    const { rows, now, secret, record } = this.#ports;
    const { id, platform, baseUrl, webhookBaseUrl, credential } = input;
    const known = rows.find(id);
    if (known) return this.#addedBefore(known, input);
    if (rows.all().length >= connectionsMax)
      return refuse(409, "too-many-connections", `there are ${connectionsMax} already`, "remove one first");
    const times = { addedAt: now(), secretsAt: now() };
    const row = { id, platform, baseUrl, webhookBaseUrl, kind: credential.kind, ...times };
    const unreachable = webhookBaseUrl === null ? null : this.#unreachable(row);
    if (unreachable) return unreachable;
    const secrets = { credential, webhook: [secret()] };
    rows.add(row, secrets);
    record({
      ...{ type: "ConnectionAdded", connection: id, platform, baseUrl, credential: credential.kind },
      ...(webhookBaseUrl === null ? {} : { webhookBaseUrl }),
    });
    return ok(this.#told(row, secrets));
  }

  #addedBefore(
    known: ConnectionRow,
    { platform, baseUrl, webhookBaseUrl, credential }: AddConnection,
  ): Answer<NewConnection> {
    const sameWay = webhookBaseUrl === null || known.webhookBaseUrl === webhookBaseUrl;
    const same = known.platform === platform && known.baseUrl === baseUrl && sameWay;
    const secrets = this.#ports.rows.secrets(known.id);
    if (same && secrets && JSON.stringify(secrets.credential) === JSON.stringify(credential))
      return ok(this.#told(known, secrets));
    return refuse(
      409,
      "connection-exists",
      `there is a connection ${known.id} already, to ${known.platform} at ${known.baseUrl}`,
      `take another name, or change it: \`tamma connections rotate ${known.id}\` for its secrets, ` +
        `\`tamma connections change ${known.id}\` for the address of its webhooks`,
    );
  }

  /** Webhooks that are there already keep their address until their repository is added again. */
  change(id: string, { webhookBaseUrl }: ChangeConnection): Answer<Connection> {
    const { rows, record } = this.#ports;
    const known = rows.find(id);
    if (!known) return unknown(id);
    const changed = { ...known, webhookBaseUrl };
    if (known.webhookBaseUrl === webhookBaseUrl) return ok(this.#shown(changed));
    const unreachable = webhookBaseUrl === null ? null : this.#unreachable(changed);
    if (unreachable) return unreachable;
    rows.setWebhookBaseUrl(id, webhookBaseUrl);
    record({ type: "ConnectionChanged", connection: id, webhookBaseUrl });
    return ok(this.#shown(changed));
  }

  /** The secret before stays good, so that deliveries under way are not lost. */
  rotate(id: string, { credential }: RotateConnection): Answer<NewConnection> {
    const { rows, now, secret, record } = this.#ports;
    const known = rows.find(id);
    const secrets = rows.secrets(id);
    if (!known || !secrets) return unknown(id);
    if (this.#ports.repeated) return ok(this.#told(known, secrets));
    if (credential?.kind === "app" && known.platform !== "github")
      return refuse(422, "bad-input", "only GitHub knows Apps", "give a token");
    const [before] = secrets.webhook;
    const next: ConnectionSecrets = {
      credential: credential ?? secrets.credential,
      webhook: before === undefined ? [secret()] : [secret(), before],
    };
    rows.setSecrets(id, now(), next);
    record({ type: "ConnectionSecretsChanged", connection: id, credential: credential?.kind ?? null });
    return ok(this.#told({ ...known, kind: next.credential.kind, secretsAt: now() }, next));
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
    const webhook = this.#address(known);
    return { platform, baseUrl, credential, secretsAt, webhookSecrets, webhook, shown: this.#shown(known) };
  }

  #address({ id, baseUrl, webhookBaseUrl, ...row }: ConnectionRow): WebhookAddress {
    const way = { id, platformUrl: baseUrl, path: pathOf({ id, ...row }) };
    return webhookAddress(way, webhookBaseUrl ?? this.#ports.origin);
  }

  /** A platform that was told to send to itself would be silent for ever. */
  #unreachable(row: ConnectionRow): Answer<never> | null {
    const address = this.#address(row);
    return address.url === null ? refuse(422, "webhook-address", address.why, address.todo) : null;
  }

  #shown(row: ConnectionRow): Connection {
    const { id, platform, baseUrl, kind, addedAt, secretsAt, webhookBaseUrl } = row;
    const webhook = { webhookPath: pathOf(row), webhookBaseUrl, webhookUrl: this.#address(row).url };
    return { id, platform, baseUrl, credential: kind, addedAt, secretsAt, ...webhook };
  }

  /** With the secret that the platform signs its webhooks with, for whoever sets them up there. */
  #told(row: ConnectionRow, { webhook }: ConnectionSecrets): NewConnection {
    return { ...this.#shown(row), webhookSecret: webhook[0] ?? "" };
  }
}

export interface ConnectionAccess extends PlatformAccess {
  /** When they were set last. */
  secretsAt: number;
  webhookSecrets: string[];
  /** Where the platform sends its webhooks. */
  webhook: WebhookAddress;
  /** As it is listed. */
  shown: Connection;
}

function pathOf({ platform, id }: Pick<ConnectionRow, "platform" | "id">): string {
  return `/webhooks/${platform}/${id}`;
}

function unknown<T>(id: string): Answer<T> {
  return refuse(404, "unknown-connection", `there is no connection ${id}`, "see `tamma connections`");
}
