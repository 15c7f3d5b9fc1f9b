import type { Reconcile, ReconcileReport } from "@tamma/core/protocol/rest.ts";
import type { Answer, Caller } from "../../rpc.ts";

/** The account's side of the orchestrator in memory: provider, sign-in and health. */
export class FakeAccount {
  readonly logins = new Map<string, number>();
  readonly sessions = new Map<string, string>();
  providerChecks = 0;
  label: string | null = null;
  ill = false;

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
