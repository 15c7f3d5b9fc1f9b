import type { Webhook } from "@tamma/core/ports/webhook.ts";
import { type Cipher, sealJson } from "./cipher.ts";

/** Webhooks that a repository was sent, each under the platform's own id of the delivery. */
export const deliveryTables = `
  CREATE TABLE deliveries (
    id TEXT PRIMARY KEY, event TEXT NOT NULL, at INTEGER NOT NULL,
    key_id TEXT NOT NULL, webhook BLOB NOT NULL);
  CREATE INDEX deliveries_by_time ON deliveries (at)`;

/** A platform sends a delivery again for at most three days (GitHub Docs, "Redelivering webhooks"). */
const keptMs = 8 * 24 * 60 * 60_000;

export interface TakenDelivery {
  id: string;
  event: string;
  webhook: Webhook;
}

export interface DeliveryRows {
  /** False: it was taken before. What is older than a platform repeats is forgotten. */
  take(delivery: TakenDelivery, at: number): boolean;
}

export function deliveryRows(sql: SqlStorage, cipher: Cipher): DeliveryRows {
  return {
    take: ({ id, event, webhook }, at) => {
      sql.exec("DELETE FROM deliveries WHERE at < ?", at - keptMs);
      const known = sql.exec("SELECT 1 FROM deliveries WHERE id = ?", id).toArray();
      if (known.length > 0) return false;
      sql.exec(
        "INSERT INTO deliveries VALUES (?, ?, ?, ?, ?)",
        ...[id, event, at, cipher.keyId, sealJson(cipher, webhook, `delivery ${id}`)],
      );
      return true;
    },
  };
}
