import { lookOf } from "@tamma/core/domain/platform/intake.ts";
import type { Webhook } from "@tamma/core/domain/platform/webhook.ts";
import { redactDeep } from "@tamma/core/engine/redact.ts";
import type { DeliveryRows, TakenDelivery } from "./delivery-rows.ts";

export interface InboxPorts {
  rows: DeliveryRows;
  now(): number;
  redact: (text: string) => string;
  /** Was the repository added? */
  known(): boolean;
}

/**
 * Of a text that somebody wrote. A row of a Durable Object takes 2 MB, a character up to six bytes in it;
 * what is longer is read on the platform when it is needed.
 */
const textCharsMax = 60_000;

/** Platforms send a burst for one thing (every check that begins, every comment of a review). */
const burstMs = 1_000;

/** Deliveries of one repository: each is taken once, under the platform's id. */
export class DeliveryInbox {
  readonly #ports: InboxPorts;

  constructor(ports: InboxPorts) {
    this.#ports = ports;
  }

  take({ id, event, webhook }: TakenDelivery): "taken" | "again" | "unknown" {
    const { rows, now, redact, known } = this.#ports;
    if (!known()) return "unknown";
    const kept = redactDeep(cut(webhook), redact);
    const look = lookOf(webhook.news);
    const at = now();
    const due = look === null ? at : at + burstMs;
    return rows.take({ id, event, webhook: kept }, { at, due, look }) ? "taken" : "again";
  }
}

function cut(webhook: Webhook): Webhook {
  const shorter = (value: unknown): unknown => {
    if (typeof value === "string")
      return value.length > textCharsMax ? value.slice(0, textCharsMax).toWellFormed() : value;
    if (Array.isArray(value)) return value.map(shorter);
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, shorter(each)]));
  };
  return shorter(webhook) as Webhook;
}
