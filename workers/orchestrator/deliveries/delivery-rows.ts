import type { DeliveryEnd, DeliveryOutcome } from "@tamma/core/domain/platform/delivery-outcome.ts";
import type { Webhook } from "@tamma/core/domain/platform/webhook.ts";
import { type Cipher, openJson, sealJson } from "../cipher.ts";

/** Webhooks that a repository was sent, each under the platform's own id of the delivery. */
export const deliveryTables = `
  CREATE TABLE deliveries (
    id TEXT PRIMARY KEY, event TEXT NOT NULL, at INTEGER NOT NULL,
    key_id TEXT NOT NULL, webhook BLOB NOT NULL);
  CREATE INDEX deliveries_by_time ON deliveries (at)`;

/**
 * What became of a delivery: NULL while it is to be acted on. `look` is the same for deliveries that all ask
 * for one look. Rows from before this step were never acted on.
 */
export const deliveryOutcomes = `
  ALTER TABLE deliveries ADD COLUMN outcome TEXT;
  ALTER TABLE deliveries ADD COLUMN look TEXT;
  ALTER TABLE deliveries ADD COLUMN tries INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE deliveries ADD COLUMN due_at INTEGER NOT NULL DEFAULT 0;
  CREATE INDEX deliveries_open ON deliveries (outcome)`;

/** How each ended in one word, and the loop that it was about. Rows from before this step have neither. */
export const deliveryEnds = `
  ALTER TABLE deliveries ADD COLUMN ended TEXT;
  ALTER TABLE deliveries ADD COLUMN loop TEXT`;

/** A platform sends a delivery again for at most three days (GitHub Docs, "Redelivering webhooks"). */
const keptMs = 8 * 24 * 60 * 60_000;
/** Enough to see which one comes next; the rest waits behind them. */
const lookedAheadMax = 50;

export interface TakenDelivery {
  id: string;
  event: string;
  webhook: Webhook;
}

export interface OpenDelivery extends TakenDelivery {
  look: string | null;
  tries: number;
}

/** What is shown of a delivery: no word of what it said. */
export interface KeptDelivery {
  id: string;
  event: string;
  at: number;
  outcome: DeliveryEnd | "waiting";
  reason: string | null;
  loop: string | null;
}

export interface ListedFrom {
  /** Only what is older, or as old with `prefix` and its id below `idBelow`; null: from the newest on. */
  before: { at: number; idBelow: string; prefix: string } | null;
  onlyRefused: boolean;
  limit: number;
}

export interface DeliveryRows {
  /** False: it was taken before. What is older than a platform repeats is forgotten. */
  take(delivery: TakenDelivery, when: { at: number; due: number; look: string | null }): boolean;
  /**
   * The first that is due, in the order of arrival; null when none is. One that has to be tried again holds
   * up those behind it: what people said keeps its order.
   */
  next(now: number): OpenDelivery | null;
  /** When `next` has one; null when nothing is open. */
  nextAt(): number | null;
  /** All open ones that ask for this look. */
  openFor(look: string): string[];
  settle(ids: readonly string[], outcome: DeliveryOutcome): void;
  postpone(id: string, tries: number, due: number): void;
  /** It was about this loop, and so is whatever open one asks for the same look. */
  link(delivery: Pick<OpenDelivery, "id" | "look">, loop: string): void;
  /** The newest first. */
  list(from: ListedFrom): KeptDelivery[];
}

type Listed = {
  id: string;
  event: string;
  at: number;
  outcome: string | null;
  ended: DeliveryEnd | null;
  tries: number;
  loop: string | null;
};

function listed(sql: SqlStorage, { before, onlyRefused, limit }: ListedFrom): KeptDelivery[] {
  const { at, idBelow, prefix } = before ?? { at: Number.MAX_SAFE_INTEGER, idBelow: "", prefix: "" };
  const ended = onlyRefused ? "AND ended IN ('refused', 'failed')" : "";
  return sql
    .exec<Listed>(
      `SELECT id, event, at, outcome, ended, tries, loop FROM deliveries
       WHERE (at < ? OR (at = ? AND ? || id < ?)) ${ended}
       ORDER BY at DESC, id DESC LIMIT ?`,
      ...[at, at, prefix, idBelow, limit],
    )
    .toArray()
    .map(shownOf);
}

function shownOf({ outcome: said, ended, tries, ...row }: Listed): KeptDelivery {
  if (said !== null) return { ...row, outcome: ended ?? "done", reason: said };
  const reason = tries === 0 ? null : `tried ${tries} ${tries === 1 ? "time" : "times"}, and tried again`;
  return { ...row, outcome: "waiting", reason };
}

type Waiting = { id: string; tries: number; due_at: number };

export function deliveryRows(sql: SqlStorage, cipher: Cipher): DeliveryRows {
  const context = (id: string) => `delivery ${id}`;

  /** Those that may come next: up to the first one that has to be tried again. */
  function ahead(): Waiting[] {
    const open = sql
      .exec<Waiting>(
        "SELECT id, tries, due_at FROM deliveries WHERE outcome IS NULL ORDER BY rowid LIMIT ?",
        lookedAheadMax,
      )
      .toArray();
    const held = open.findIndex(({ tries }) => tries > 0);
    return held < 0 ? open : open.slice(0, held + 1);
  }

  return {
    take: ({ id, event, webhook }, { at, due, look }) => {
      sql.exec("DELETE FROM deliveries WHERE at < ? AND outcome IS NOT NULL", at - keptMs);
      const known = sql.exec("SELECT 1 FROM deliveries WHERE id = ?", id).toArray();
      if (known.length > 0) return false;
      sql.exec(
        `INSERT INTO deliveries (id, event, at, key_id, webhook, look, due_at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
        ...[id, event, at, cipher.keyId, sealJson(cipher, webhook, context(id)), look, due],
      );
      return true;
    },
    next: (now) => {
      const due = ahead().find((each) => each.due_at <= now);
      if (!due) return null;
      const row = sql
        .exec<{ event: string; look: string | null; key_id: string; webhook: ArrayBuffer }>(
          "SELECT event, look, key_id, webhook FROM deliveries WHERE id = ?",
          due.id,
        )
        .one();
      const webhook = openJson<Webhook>(cipher, row.key_id, row.webhook, context(due.id));
      return { id: due.id, event: row.event, look: row.look, tries: due.tries, webhook };
    },
    nextAt: () => {
      const times = ahead().map(({ due_at }) => due_at);
      return times.length === 0 ? null : Math.min(...times);
    },
    openFor: (look) =>
      sql
        .exec<{ id: string }>("SELECT id FROM deliveries WHERE outcome IS NULL AND look = ?", look)
        .toArray()
        .map(({ id }) => id),
    settle: (ids, { end, said }) => {
      for (const id of ids)
        sql.exec("UPDATE deliveries SET outcome = ?, ended = ? WHERE id = ?", said, end, id);
    },
    postpone: (id, tries, due) => {
      sql.exec("UPDATE deliveries SET tries = ?, due_at = ? WHERE id = ?", tries, due, id);
    },
    link: ({ id, look }, loop) => {
      const same = "id = ? OR (look = ? AND outcome IS NULL)";
      sql.exec(`UPDATE deliveries SET loop = ? WHERE ${same}`, loop, id, look);
    },
    list: (from) => listed(sql, from),
  };
}
