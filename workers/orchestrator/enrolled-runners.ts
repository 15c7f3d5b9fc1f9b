import type { AccountEvent } from "@tamma/core/domain/account/events.ts";
import type { Actor } from "@tamma/core/domain/loop/work.ts";
import type { Runner } from "@tamma/core/protocol/rest.ts";
import type { KeyProof } from "@tamma/core/protocol/runner.ts";
import type { Answer, Caller } from "../rpc.ts";
import type { RunnerAbout, RunnerRow, SecretRows } from "./account-rows.ts";
import { sha256Hex } from "./cipher.ts";
import type { SqlHost } from "./object-host.ts";
import { ok, refuse } from "./refusal.ts";
import { ed25519Key, signatureFits } from "./runner-signature.ts";

/** How far a runner's clock may be off. */
const signatureAgeMsMax = 60_000;

/** Whoever asks for jobs all the time is written down that often: enough to see that it is there. */
const seenEveryMs = 20_000;

/** Puts an event of the account on record. */
export type RecordEvent = (event: AccountEvent, commandId: string, actor: Actor) => void;

export interface EnrolledPorts {
  host: SqlHost;
  secrets: SecretRows;
  record: RecordEvent;
  /** A new token for a runner. */
  issue(runner: string, occasion: string): { token: string; expiresAt: number };
}

/** Runners that have a key of their own: who they are, and what lets them in. */
export class EnrolledRunners {
  readonly #ports: EnrolledPorts;

  constructor(ports: EnrolledPorts) {
    this.#ports = ports;
  }

  enrol(
    { person, commandId }: Caller,
    { name, publicKey }: { name: string; publicKey: string },
  ): Answer<{ runner: string }> {
    const { host, record } = this.#ports;
    if (!ed25519Key(publicKey))
      return refuse(
        422,
        "bad-key",
        "the public key is no Ed25519 key in SPKI PEM",
        "make one with `tamma-runner enrol`",
      );
    // The id follows from the key, so enrolling the same key again gives the same runner.
    const runner = `r-${sha256Hex(publicKey.trim()).slice(0, 16)}`;
    return host.store.transaction((): Answer<{ runner: string }> => {
      const known = this.#find(runner);
      if (known?.revoked_at)
        return refuse(
          409,
          "runner-revoked",
          `the key of ${runner} was revoked`,
          "enrol with a new key: name a file that is not there yet",
        );
      if (known) return ok({ runner });
      host.sql.exec(
        "INSERT INTO runners (id, name, public_key, at) VALUES (?, ?, ?, ?)",
        ...[runner, name, publicKey, host.clock.now()],
      );
      record({ type: "RunnerEnrolled", runner, name }, `enrol:${commandId}`, person);
      return ok({ runner });
    });
  }

  list(): Runner[] {
    return this.#ports.host.sql
      .exec<RunnerRow>("SELECT * FROM runners ORDER BY rowid")
      .toArray()
      .map(({ id, name, at, seen_at: seenAt, about, revoked_at: revokedAt }) => {
        const said = about === null ? { labels: [], tools: {} } : (JSON.parse(about) as RunnerAbout);
        return { id, name, enrolledAt: at, seenAt, revokedAt, ...said };
      });
  }

  /** False: it is unknown. */
  revoke({ person, commandId }: Caller, runner: string): boolean {
    const { host, secrets, record } = this.#ports;
    return host.store.transaction(() => {
      const known = this.#find(runner);
      if (!known) return false;
      if (known.revoked_at) return true;
      host.sql.exec("UPDATE runners SET revoked_at = ? WHERE id = ?", host.clock.now(), runner);
      secrets.forgetAll("runner_tokens", runner);
      record({ type: "RunnerRevoked", runner, name: known.name }, `revoke:${commandId}`, person);
      return true;
    });
  }

  /** Keeps when it was seen and what it says of itself. False: it was revoked. */
  note(runner: string, about: RunnerAbout): boolean {
    const known = this.#find(runner);
    if (known?.revoked_at) return false;
    const { host } = this.#ports;
    const [now, said] = [host.clock.now(), JSON.stringify(about)];
    const seenLately = known !== null && known.seen_at !== null && now - known.seen_at < seenEveryMs;
    if (seenLately && known.about === said) return true;
    host.sql.exec("UPDATE runners SET seen_at = ?, about = ? WHERE id = ?", now, said, runner);
    return true;
  }

  token(request: KeyProof): Answer<{ token: string; expiresAt: number }> {
    const { host, secrets, issue } = this.#ports;
    const { runner, at, nonce } = request;
    const now = host.clock.now();
    const known = this.#find(runner);
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
    return host.store.transaction(() => {
      secrets.forgetExpired(now);
      return secrets.useNonce(runner, nonce, now) ? ok(issue(runner, nonce)) : refused;
    });
  }

  #find(id: string): RunnerRow | null {
    const { sql } = this.#ports.host;
    return sql.exec<RunnerRow>("SELECT * FROM runners WHERE id = ?", id).toArray()[0] ?? null;
  }
}
