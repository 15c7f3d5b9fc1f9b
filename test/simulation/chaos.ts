import { Dice } from "./dice.ts";
import type { Hosted } from "./hosted.ts";
import type { Watch } from "./watch.ts";
import type { World } from "./world.ts";

const hourMs = 60 * 60_000;
const minuteMs = 60_000;
/** Whoever repaired something looks at the health page once more. */
const secondLookMs = 60 * minuteMs;

/** Minutes mostly, and hours now and then. */
const outagesMs = [minuteMs, minuteMs, 2 * minuteMs, 5 * minuteMs, 20 * minuteMs, 3 * hourMs] as const;

/** What strikes from outside, between any two steps. */
export class Chaos {
  /** An older copy was put back and nobody has repaired that yet. */
  owes = false;
  readonly #world: World;
  readonly #day: Dice;
  readonly #watch: Watch;
  readonly #repair: () => Promise<boolean>;

  constructor(world: World, watch: Watch, repair: () => Promise<boolean>) {
    this.#world = world;
    this.#day = new Dice(world.plan.seed, "restore day");
    this.#watch = watch;
    this.#repair = repair;
  }

  afterStep(): void {
    const { faults, server, plan } = this.#world;
    if (faults.calm) return;
    if (faults.strike("object-crash", "runtime")) this.#crash();
    if (plan.oneProcess && server.process && faults.strike("process-crash", "runtime")) this.#crashProcess();
    if (!this.#world.d1.isDown && faults.strike("d1-down", "d1")) this.#stopD1();
    if (faults.strike("clock-jump", "clock")) this.#jump();
    if (plan.rates.restore !== undefined) this.#perhapsRestore();
  }

  #awake(): Hosted[] {
    return [...this.#world.server.objects.values()].filter(({ current }) => current !== null);
  }

  #crash(): void {
    const [first, ...rest] = this.#awake();
    if (!first) return;
    const hosted = this.#world.faults.diceOf("object-crash").pick([first, ...rest]);
    this.#world.tell(hosted.name, "is reset", "!");
    hosted.drop("a crash");
  }

  #crashProcess(): void {
    const { server, kernel, life, faults } = this.#world;
    server.killProcess();
    const down = faults.diceOf("process-crash").pick([200, 5_000, 5_000, 20 * minuteMs]);
    kernel.after(down, life, () => server.startProcess());
  }

  #stopD1(): void {
    const ms = this.#world.faults.diceOf("d1-down").pick(outagesMs);
    this.#world.tell("d1", `is down for ${ms} ms`, "!");
    this.#world.d1.goDown(ms);
  }

  #jump(): void {
    const { server, faults } = this.#world;
    const ms = faults.diceOf("clock-jump").pick([-5 * hourMs, -2_000, 3_000, 2 * hourMs]);
    server.clockOffset += ms;
    this.#watch.jumped();
    this.#world.tell("clock", `jumps by ${ms} ms`, "!");
    for (const hosted of server.objects.values()) hosted.rearm();
  }

  #perhapsRestore(): void {
    const { faults, kernel, life } = this.#world;
    const dice = faults.diceOf("restore");
    const objects = [...this.#world.server.objects.values()];
    const [first, ...rest] = objects;
    if (!first) return;
    const hosted = dice.pick([first, ...rest]);
    if (dice.chance(0.01)) hosted.keepCopy();
    if (!hosted.older || this.owes || !faults.strike("restore", hosted.name)) return;
    this.#watch.forget(hosted);
    // A restore belongs to a bad day: often D1 does not answer either, and nobody says what is missing.
    if (this.#day.chance(0.3)) this.#world.d1.goDown(this.#day.between(1, 60) * minuteMs);
    hosted.putBack();
    this.owes = true;
    kernel.after(dice.between(1, 60) * minuteMs, life, () => void this.#repaired());
  }

  async #repaired(): Promise<void> {
    const { kernel, life } = this.#world;
    if (await this.#repair()) {
      this.owes = false;
      this.#watch.repaired();
      kernel.after(secondLookMs, life, () => this.#lookAgain());
    } else kernel.after(20 * minuteMs, life, () => void this.#repaired());
  }

  /** What the old instance had sent to D1 may arrive after the repair: then it is needed once more. */
  #lookAgain(): void {
    const { server } = this.#world;
    const held = [...server.objects.values()].some((hosted) => this.#watch.storeOf(hosted).held().length > 0);
    if (!held || this.owes) return;
    this.owes = true;
    void this.#repaired();
  }
}
