import { openEnd, redactor } from "@tamma/core/engine/redact.ts";
import type { OrchestratorEnv } from "./env.ts";

/** Takes our own secrets out of texts before they are stored or shown. */
export interface Redaction {
  text(text: string): string;
  /** How much of the end of a text may be the beginning of such a secret. */
  openEnd(text: string): number;
}

/**
 * Secrets of connections, by connection. They lie sealed; whoever opens them here hands them over, and nobody
 * gets them back: only what they hide is seen. A process that never opened them cannot have sent them to
 * anybody who would echo them.
 */
const learned = new Map<string, readonly string[]>();
/** Grows with `learned`, so that redactions are made anew. */
let version = 0;

/** Old ones stay good for a while, and may be told of later: so many of a connection are kept. */
const keptMax = 8;

/** From now on these are hidden wherever this process hides its own. */
export function hideSecrets(connection: string, secrets: readonly string[]): void {
  const known = learned.get(connection) ?? [];
  const fresh = secrets.filter((secret) => !known.includes(secret));
  if (fresh.length === 0) return;
  learned.set(connection, [...new Set(fresh), ...known].slice(0, keptMax));
  version += 1;
}

/** By the secrets of the environment: each request asks, and finding all spellings takes long. */
const redactions = new Map<string, Redaction>();

export function redactionOf(env: OrchestratorEnv): Redaction {
  const own = [env.ANTHROPIC_API_KEY, env.TAMMA_TOKEN, ...env.TAMMA_MASTER_KEY.split(",")];
  const key = JSON.stringify(own);
  const known = redactions.get(key) ?? redaction(own);
  redactions.set(key, known);
  return known;
}

function redaction(own: readonly (string | undefined)[]): Redaction {
  let made: { version: number; text: Redaction["text"]; openEnd: Redaction["openEnd"] } | null = null;
  const now = () => {
    if (made?.version === version) return made;
    const all = [...own, ...[...learned.values()].flat()];
    made = { version, text: redactor(all).text, openEnd: openEnd(all) };
    return made;
  };
  return { text: (text) => now().text(text), openEnd: (text) => now().openEnd(text) };
}

/** The same for a line of the log, which may come from anywhere in the process. */
export function hiddenInLog(line: string): string {
  const known = redactions.size > 0 ? [...redactions.values()] : [withoutOwn];
  return known.reduce((text, { text: hide }) => hide(text), line);
}

const withoutOwn = redaction([]);
