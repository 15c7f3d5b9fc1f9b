import type { Actor } from "@tamma/core/domain/loop/work.ts";
import type { Caller } from "../rpc.ts";
import { secret } from "./account-rows.ts";
import { sha256Hex } from "./cipher.ts";
import type { EnrolledPorts } from "./enrolled-runners.ts";

/** A login link is clicked at once or not at all. */
const loginMs = 10 * 60_000;
const sessionMs = 30 * 24 * 60 * 60_000;

/** How people come in by the browser: a link for once, then a session. */
export class SignIn {
  readonly #ports: Pick<EnrolledPorts, "host" | "secrets" | "record">;

  constructor(ports: Pick<EnrolledPorts, "host" | "secrets" | "record">) {
    this.#ports = ports;
  }

  createLogin({ person, commandId }: Caller): { secret: string; expiresAt: number } {
    const { host, secrets, record } = this.#ports;
    const expiresAt = host.clock.now() + loginMs;
    const made = secret();
    host.store.transaction(() => {
      secrets.add("logins", sha256Hex(made), person.id, expiresAt);
      const id = `login:${commandId}:${sha256Hex(made).slice(0, 8)}`;
      record({ type: "LoginLinkCreated", person: person.id, expiresAt }, id, person);
    });
    return { secret: made, expiresAt };
  }

  /** Null: the link was used before, or is too old. */
  redeem(login: string): { session: string; expiresAt: number } | null {
    const { host, secrets, record } = this.#ports;
    const now = host.clock.now();
    return host.store.transaction(() => {
      const found = secrets.take("logins", sha256Hex(login), now);
      if (!found) return null;
      const session = secret();
      const expiresAt = now + sessionMs;
      secrets.add("sessions", sha256Hex(session), found.owner, expiresAt);
      const person: Actor = { kind: "person", id: found.owner, authenticated: "login-link", ip: null };
      const id = `signin:${sha256Hex(session).slice(0, 16)}`;
      record({ type: "SignedIn", person: found.owner, expiresAt }, id, person);
      return { session, expiresAt };
    });
  }

  /** Null: no such session, or not any more. */
  person(session: string): { id: string } | null {
    const { host, secrets } = this.#ports;
    const found = secrets.find("sessions", sha256Hex(session), host.clock.now());
    return found ? { id: found.owner } : null;
  }
}
