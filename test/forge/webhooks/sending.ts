import { createHmac, randomUUID } from "node:crypto";
import type { Model } from "../model/model.ts";
import type { Delivery, Hook } from "../model/types.ts";

/** What a dialect makes of an event: the platform's name for it, and its payload. */
export interface News {
  readonly event: string;
  /** A finer name for the same, where the platform has one. */
  readonly kind?: string;
  readonly action: string | null;
  readonly repository: number | null;
  readonly payload: object;
}

/** How one platform dresses a delivery. */
export type Dress = (sent: {
  readonly hook: Hook;
  readonly news: News;
  readonly guid: string;
  /** HMAC-SHA256 of the body, in hexadecimal. */
  readonly signature: string;
  readonly body: string;
}) => {
  readonly [name: string]: string;
};

/** What happens to deliveries that match; each order is used once per delivery, `times` times. */
export interface DeliveryOrder {
  /** `lose`: it never leaves, and is recorded as failed. `twice`: it is sent two times. */
  readonly what: "lose" | "twice";
  /** The platform's name of the event; absent: any. */
  readonly event?: string;
  readonly times?: number;
}

/** A receiver that does not answer in time counts as failed; both platforms wait about this long. */
const receiverTimeoutMs = 10_000;

/** Sends signed webhooks by HTTP, one after another for each hook, and remembers every attempt. */
export class Sending {
  readonly #model: Model;
  readonly #dress: Dress;
  readonly #queues = new Map<Hook, Promise<void>>();
  readonly #orders: (DeliveryOrder & { left: number })[] = [];
  #held: (() => void)[] | null = null;
  #holdLeft = 0;

  constructor(model: Model, dress: Dress) {
    this.#model = model;
    this.#dress = dress;
  }

  /** From now on, until it is used up. */
  order(order: DeliveryOrder): void {
    this.#orders.push({ ...order, left: order.times ?? 1 });
  }

  /** The next `count` deliveries wait for each other, and then go the newest first. */
  reverseNext(count: number): void {
    [this.#held, this.#holdLeft] = [[], count];
  }

  /** Hands news to a hook that wants them. */
  send(hook: Hook, news: News): void {
    if (!hook.active) return;
    const start = () => this.#begin(hook, news);
    if (!this.#held) return start();
    this.#held.push(start);
    this.#holdLeft -= 1;
    if (this.#holdLeft > 0) return;
    const held = this.#held.reverse();
    this.#held = null;
    for (const one of held) one();
  }

  #begin(hook: Hook, news: News): void {
    const body = JSON.stringify(news.payload);
    const guid = randomUUID();
    const at = this.#orders.findIndex(
      (order) => order.left > 0 && (order.event ?? news.event) === news.event,
    );
    const order = this.#orders[at];
    if (order) order.left -= 1;
    const delivery = this.#record(hook, { news, guid, body, redelivery: false });
    if (order?.what === "lose") {
      Object.assign(delivery, { status: "failed to connect to host", statusCode: 502 });
      return;
    }
    this.#enqueue(hook, news, delivery);
    if (order?.what === "twice") this.#enqueue(hook, news, delivery);
  }

  /** Sends what was sent before once more, under the same guid, or under a new one as Gitea does it. */
  redeliver(hook: Hook, delivery: Delivery, fresh: boolean): void {
    const news: News = {
      ...{ event: delivery.event, action: delivery.action, repository: delivery.repository },
      payload: JSON.parse(delivery.body) as object,
    };
    const { body } = delivery;
    const guid = fresh ? randomUUID() : delivery.guid;
    this.#enqueue(hook, news, this.#record(hook, { news, guid, body, redelivery: true }));
  }

  /** Resolves when nothing is on its way any more. */
  async settled(): Promise<void> {
    let before: Promise<void>[] = [];
    for (;;) {
      const queues = [...this.#queues.values()];
      if (queues.every((queue) => before.includes(queue))) return;
      before = queues;
      await Promise.all(queues);
    }
  }

  #record(hook: Hook, made: { news: News; guid: string; body: string; redelivery: boolean }): Delivery {
    const { event, action, repository } = made.news;
    const delivery: Delivery = {
      ...{ id: this.#model.nextId(), guid: made.guid, event, action, repository, body: made.body },
      ...{ redelivery: made.redelivery, at: this.#model.now(), durationMs: 0 },
      ...{ statusCode: null, status: "pending" },
    };
    hook.deliveries.push(delivery);
    return delivery;
  }

  #enqueue(hook: Hook, news: News, delivery: Delivery): void {
    const last = this.#queues.get(hook) ?? Promise.resolve();
    this.#queues.set(
      hook,
      last.then(() => this.#post(hook, news, delivery)),
    );
  }

  async #post(hook: Hook, news: News, delivery: Delivery): Promise<void> {
    const signature = createHmac("sha256", hook.secret).update(delivery.body).digest("hex");
    const headers = this.#dress({ hook, news, guid: delivery.guid, signature, body: delivery.body });
    const began = Date.now();
    try {
      const answer = await fetch(hook.url, {
        ...{ method: "POST", headers, body: delivery.body, redirect: "manual" },
        signal: AbortSignal.timeout(receiverTimeoutMs),
      });
      await answer.arrayBuffer();
      const status = answer.ok ? "OK" : `Invalid HTTP Response: ${answer.status}`;
      Object.assign(delivery, { statusCode: answer.status, status });
    } catch {
      Object.assign(delivery, { statusCode: 502, status: "failed to connect to host" });
    }
    delivery.durationMs = Date.now() - began;
  }
}
