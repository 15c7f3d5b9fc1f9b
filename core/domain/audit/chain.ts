import type { Envelope } from "../loop/events.ts";
import { canonicalJson } from "./canonical-json.ts";

/** SHA-256 of a UTF-8 text in hex; handed in, because the domain has no cryptography of its own. */
export type Sha256Of = (text: string) => string;

/** The previous hash of the first event of every stream. */
export const genesisHash = "0".repeat(64);

/** `SHA-256(prevHash + canonical JSON of the rest)`: every event vouches for all before it. */
export function seal(
  prevHash: string,
  rest: Omit<Envelope, "hash" | "prevHash">,
  sha256: Sha256Of,
): Envelope {
  return { ...rest, prevHash, hash: sha256(prevHash + canonicalJson(rest)) };
}

export interface ChainReport {
  ok: boolean;
  events: number;
  /** Hash of the last event that fits; the genesis hash of an empty stream. */
  head: string;
  brokenAt: number | null;
  problem: string | null;
}

/** Checks a whole stream from its first event on; says where it breaks first and how. */
export function verifyChain(envelopes: Iterable<Envelope>, sha256: Sha256Of): ChainReport {
  let head = genesisHash;
  let events = 0;
  for (const envelope of envelopes) {
    const problem = problemOf(envelope, events + 1, head, sha256);
    if (problem) return { ok: false, events, head, brokenAt: events + 1, problem };
    events += 1;
    head = envelope.hash;
  }
  return { ok: true, events, head, brokenAt: null, problem: null };
}

function problemOf(envelope: Envelope, seq: number, head: string, sha256: Sha256Of): string | null {
  const { hash, prevHash, ...rest } = envelope;
  if (envelope.seq !== seq) return `event ${seq} is missing; ${envelope.seq} stands in its place`;
  if (prevHash !== head) return `event ${seq} does not follow the event before it`;
  if (sha256(prevHash + canonicalJson(rest)) !== hash) return `event ${seq} was altered`;
  return null;
}
