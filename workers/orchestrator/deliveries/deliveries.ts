import type { PlatformRepositories } from "@tamma/core/ports/platform-repository.ts";
import type { SqlHost } from "../object-host.ts";
import type { IssueLoopRpc } from "../objects.ts";
import type { RepositoryIndex } from "../repository-index.ts";
import type { RepositoryObject } from "../repository-object.ts";
import { actOn } from "./act.ts";
import {
  type DeliveryRows,
  deliveryRows,
  type KeptDelivery,
  type ListedFrom,
  type OpenDelivery,
  type TakenDelivery,
} from "./delivery-rows.ts";
import { heardRows } from "./heard-rows.ts";
import { DeliveryInbox } from "./inbox.ts";
import { type Looking, looking } from "./looking.ts";
import { loopAbout } from "./loop-about.ts";
import type { ActingPorts } from "./stage.ts";
import { type DeliveryWork, deliveryWork } from "./work.ts";
import { writersOf } from "./writers.ts";

export interface DeliveriesPorts {
  host: SqlHost;
  index: RepositoryIndex;
  object: RepositoryObject;
  repositories: PlatformRepositories;
  loopAt(name: string): Pick<IssueLoopRpc, "command" | "obey" | "view">;
  keepAlive(promise: Promise<unknown>): void;
  /** Called after each delivery was acted on. */
  acted(): void;
}

/** What a repository's platform tells: taken once, and acted on in order. */
export class Deliveries {
  readonly #inbox: DeliveryInbox;
  readonly #looking: Looking;
  readonly #work: DeliveryWork;
  readonly #object: RepositoryObject;
  readonly #rows: DeliveryRows;
  readonly #redact: (text: string) => string;

  constructor({ host, index, object, repositories, loopAt, keepAlive, acted }: DeliveriesPorts) {
    const now = () => host.clock.now();
    const rows = deliveryRows(host.sql, host.cipher);
    const known = () => object.known();
    const acting: ActingPorts = {
      ...{ known, loopAt, now, heard: heardRows(host.sql), writers: writersOf(now) },
      loops: () => index.rows(),
      platform: (repository) => repositories.at(repository),
      queueLoop: (caller, issue, seen) =>
        object.queueLoop(caller, { repository: "", issue, confirm: false, preApprove: [] }, seen),
      unqueue: (caller, loop) => object.unqueue(caller, loop),
    };
    [this.#object, this.#rows, this.#redact] = [object, rows, host.redact];
    this.#looking = looking(acting);
    this.#inbox = new DeliveryInbox({ rows, now, redact: host.redact, known: () => known() !== null });
    this.#work = deliveryWork({
      ...{ rows, now, keepAlive, fraction: () => host.chance.fraction() },
      act: async (delivery) => {
        try {
          const said = await actOn(acting, delivery);
          link(rows, acting, delivery);
          return said;
        } finally {
          acted();
        }
      },
      look: this.#looking,
      arm: () => object.arm(),
    });
  }

  /** Keeps it, and wakes for it: whoever is answered may rely on that. */
  take(delivery: TakenDelivery): "taken" | "again" | "unknown" {
    const outcome = this.#inbox.take(delivery);
    this.#work.kick();
    this.#object.arm();
    return outcome;
  }

  /** What is kept of deliveries, and what became of each. */
  list(from: ListedFrom): KeptDelivery[] {
    return this.#rows.list(from).map(({ reason, ...delivery }) => ({
      ...delivery,
      reason: reason === null ? null : this.#redact(reason),
    }));
  }

  /** Asks the platform at once for what it may have told in vain. */
  lookNow(): void {
    this.#looking.ask();
    this.#work.kick();
  }

  nextAt(): number | null {
    return this.#work.nextAt();
  }

  wake(at: number): void {
    if ((this.#work.nextAt() ?? Number.POSITIVE_INFINITY) <= at) this.#work.kick();
  }
}

/** After it was acted on, so that a loop which it began is there. */
function link(rows: DeliveryRows, { known, loops }: ActingPorts, delivery: OpenDelivery): void {
  const loop = loopAbout(delivery.webhook.news, known(), loops);
  if (loop !== null) rows.link(delivery, loop);
}
