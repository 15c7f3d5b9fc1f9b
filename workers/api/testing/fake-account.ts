import type {
  AddConnection,
  ChangeConnection,
  Connection,
  ConnectionCheck,
  NewConnection,
  WebhookAnswer,
} from "@tamma/core/protocol/connections.ts";
import type { DeliveryPage, DeliveryQuery } from "@tamma/core/protocol/deliveries.ts";
import type { Reconcile, ReconcileReport } from "@tamma/core/protocol/rest.ts";
import type { Answer, Caller, IncomingWebhook } from "../../rpc.ts";

/** The account's side of the orchestrator in memory: provider, sign-in and health. */
export class FakeAccount {
  readonly logins = new Map<string, number>();
  readonly sessions = new Map<string, string>();
  providerChecks = 0;
  label: string | null = null;
  ill = false;
  readonly connections: Connection[] = [];
  readonly webhooks: IncomingWebhook[] = [];
  readonly deliveryQueries: DeliveryQuery[] = [];
  /** What every webhook is answered. */
  webhookAnswer: Answer<WebhookAnswer> = { ok: true, value: { outcome: "taken", why: null } };

  async addConnection(
    _caller: Caller,
    { id, platform, baseUrl, webhookBaseUrl, credential }: AddConnection,
  ): Promise<Answer<NewConnection>> {
    const times = { addedAt: 1, secretsAt: 1 };
    const webhookPath = `/webhooks/${platform}/${id}`;
    const made = { id, platform, baseUrl, credential: credential.kind, ...times, webhookPath };
    const way = { webhookBaseUrl, webhookUrl: `${webhookBaseUrl ?? "http://127.0.0.1"}${webhookPath}` };
    this.connections.push({ ...made, ...way });
    return { ok: true, value: { ...made, ...way, webhookSecret: "told to whoever has the token" } };
  }
  async listConnections() {
    return this.connections;
  }
  async rotateConnection(_caller: Caller, id: string): Promise<Answer<NewConnection>> {
    const known = this.connections.find((each) => each.id === id);
    return known ? { ok: true, value: { ...known, webhookSecret: "told again" } } : noConnection(id);
  }
  async changeConnection(
    _caller: Caller,
    id: string,
    { webhookBaseUrl }: ChangeConnection,
  ): Promise<Answer<Connection>> {
    const known = this.connections.find((each) => each.id === id);
    if (!known) return noConnection(id);
    return { ok: true, value: Object.assign(known, { webhookBaseUrl }) };
  }
  async checkConnection(id: string, repository: string | null): Promise<Answer<ConnectionCheck>> {
    const connection = this.connections.find((each) => each.id === id);
    if (!connection) return noConnection(id);
    const finding = { state: "ok" as const, what: "it is good", why: null, todo: null };
    return { ok: true, value: { connection, capabilities: {}, findings: [{ repository, ...finding }] } };
  }
  async removeConnection(_caller: Caller, id: string): Promise<Answer<{ removed: string }>> {
    const at = this.connections.findIndex((each) => each.id === id);
    if (at < 0) return noConnection(id);
    this.connections.splice(at, 1);
    return { ok: true, value: { removed: id } };
  }
  async listDeliveries(query: DeliveryQuery): Promise<Answer<DeliveryPage>> {
    this.deliveryQueries.push(query);
    return { ok: true, value: { deliveries: [], next: null } };
  }
  async takeWebhook(webhook: IncomingWebhook): Promise<Answer<WebhookAnswer>> {
    this.webhooks.push(webhook);
    return this.webhookAnswer;
  }

  async checkProvider() {
    this.providerChecks += 1;
    return { provider: "anthropic", model: "claude-sonnet-5", label: this.label, problem: null };
  }
  async createLogin(_caller: Caller) {
    const secret = crypto.randomUUID();
    this.logins.set(secret, Date.now() + 600_000);
    return { secret, expiresAt: Date.now() + 600_000 };
  }
  async redeemLogin(secret: string) {
    if (!this.logins.delete(secret)) return null;
    const session = crypto.randomUUID();
    this.sessions.set(session, "ada");
    return { session, expiresAt: Date.now() + 3_600_000 };
  }
  async sessionPerson(session: string) {
    const id = this.sessions.get(session);
    return id === undefined ? null : { id };
  }
  async health() {
    const status = this.ill ? ("degraded" as const) : ("ok" as const);
    return { status, parts: { objects: "ok", database: this.ill ? "does not answer" : "ok" } };
  }
  async resume() {
    return { repositories: 0, loops: 0, failed: 0 };
  }
  async reconcile(input: Reconcile): Promise<Answer<ReconcileReport>> {
    const text = input.setAside ? "2 of its own were set aside" : "both have 3 events";
    const outcome = input.setAside ? ("rebuilt" as const) : ("equal" as const);
    return { ok: true, value: { streams: [{ stream: "account", outcome, object: 3, d1: 3, text }] } };
  }
}

function noConnection(id: string): Answer<never> {
  const message = `There is no connection ${id}.`;
  return { ok: false, refusal: { status: 404, code: "unknown-connection", message, todo: "See the list." } };
}
