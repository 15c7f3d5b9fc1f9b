import { holdAside } from "./broken.ts";

const hourMs = 60 * 60_000;
/** A D1 that is down is asked twice a minute, alarms are doubled, leases run: some 400. Spinning is 3,600. */
const ringsPerHourMax = 1_200;

/** Alarms that found nothing to put on record. */
export class IdleRings {
  #from = 0;
  #times = 0;

  /** The log grew. */
  reset(): void {
    this.#times = 0;
  }

  /** Another alarm rings. */
  count(name: string, now: number): void {
    if (now - this.#from > hourMs || this.#times === 0) {
      this.#from = now;
      this.#times = 0;
    }
    this.#times += 1;
    holdAside(
      this.#times <= ringsPerHourMax,
      "4 nothing spins",
      () => `${name} wakes for nothing again and again`,
    );
  }
}
