import type { Caller } from "../../rpc.ts";

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
    return { ok: !this.ill, parts: { log: "ok", projections: this.ill ? "down" : "ok" } };
  }
}
