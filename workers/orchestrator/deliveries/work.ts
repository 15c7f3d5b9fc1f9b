import { type DeliveryOutcome, failed } from "@tamma/core/domain/platform/delivery-outcome.ts";
import { retryAt } from "@tamma/core/engine/backoff.ts";
import { PlatformError, type PlatformErrorKind } from "@tamma/core/ports/platform.ts";
import { earliest } from "../earliest.ts";
import { logError } from "../log.ts";
import type { DeliveryRows, OpenDelivery } from "./delivery-rows.ts";

/** Half a minute apart on average, that is most of a day: longer than a platform is down. */
const triesMax = 2_000;
/** A fault of ours does not mend itself; it must not hold up what comes behind it for long. */
const faultTriesMax = 3;
const outcomeCharsMax = 300;
/** What is under way when a process ends is found by the alarm. */
const lookAgainMs = 30_000;

export interface WorkPorts {
  rows: DeliveryRows;
  now(): number;
  /** From 0 to 1. */
  fraction(): number;
  /** Does what the delivery asks for. @throws PlatformError */
  act(delivery: OpenDelivery): Promise<DeliveryOutcome>;
  /** A look at everything, for what was never delivered; `at` null: never. @throws PlatformError */
  look: { at(): number | null; run(): Promise<void> };
  keepAlive(promise: Promise<unknown>): void;
  /** Sees to it that the object wakes when the next one is due. */
  arm(): void;
}

/** Acts on deliveries, one after another in the order of their arrival. */
export interface DeliveryWork {
  /** Call it after one was taken, and when the object wakes. */
  kick(): void;
  /** When something is due; null when nothing is open. */
  nextAt(): number | null;
}

export function deliveryWork(ports: WorkPorts): DeliveryWork {
  const { rows, now } = ports;
  let running: Promise<void> | null = null;

  async function run(): Promise<void> {
    for (let next = rows.next(now()); next; next = rows.next(now())) await actOn(next);
    if ((ports.look.at() ?? Number.POSITIVE_INFINITY) > now()) return;
    await ports.look.run();
    return run();
  }

  async function actOn(delivery: OpenDelivery): Promise<void> {
    const { id, look, tries } = delivery;
    // Taken down before the look: what arrives while it is under way may say more than it will see.
    const together = look === null ? [id] : [id, ...rows.openFor(look)];
    try {
      const outcome = await ports.act(delivery);
      rows.settle(together, shortened(outcome));
    } catch (thrown) {
      const again = tries + 1;
      const fault = !(thrown instanceof PlatformError);
      const retriable = fault || mayPass(thrown.kind);
      if (fault || !retriable) logError(`delivery ${delivery.event}`, thrown, { delivery: id });
      if (!retriable || again >= (fault ? faultTriesMax : triesMax)) {
        rows.settle([id], shortened(failed(String(thrown))));
        return;
      }
      const named = fault ? null : thrown.retryAt;
      rows.postpone(id, again, named ?? retryAt(now(), again, ports.fraction()));
    }
  }

  function kick(): void {
    if (running) return;
    running = run()
      .catch((thrown: unknown) => logError("deliveries", thrown))
      .finally(() => {
        running = null;
        // Something may have come between the last look and here.
        if ((rows.nextAt() ?? Number.POSITIVE_INFINITY) <= now()) kick();
        else ports.arm();
      });
    ports.keepAlive(running);
  }

  return { kick, nextAt: () => (running ? now() + lookAgainMs : earliest(rows.nextAt(), ports.look.at())) };
}

function shortened({ end, said }: DeliveryOutcome): DeliveryOutcome {
  return { end, said: said.slice(0, outcomeCharsMax) };
}

function mayPass(kind: PlatformErrorKind): boolean {
  return kind === "transient" || kind === "rate-limited" || kind === "conflict";
}
