/** Chance that depends on a seed and a name alone, so that one kind of choice does not move another. */
export class Dice {
  #state: number;

  constructor(seed: number, name: string) {
    let state = (seed ^ 0x9e3779b9) >>> 0;
    for (let at = 0; at < name.length; at += 1) state = Math.imul(state ^ name.charCodeAt(at), 0x01000193);
    this.#state = mix(state >>> 0);
  }

  /** 0 to below 1. */
  fraction(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    return mix(this.#state) / 2 ** 32;
  }

  chance(probability: number): boolean {
    return this.fraction() < probability;
  }

  /** A whole number, both ends included. */
  between(from: number, to: number): number {
    return from + Math.floor(this.fraction() * (to - from + 1));
  }

  pick<T>(items: readonly [T, ...T[]]): T {
    return items[Math.floor(this.fraction() * items.length)] as T;
  }

  bytes(count: number): Uint8Array {
    const bytes = new Uint8Array(count);
    for (let at = 0; at < count; at += 4) {
      this.#state = (this.#state + 0x6d2b79f5) >>> 0;
      const drawn = mix(this.#state);
      for (let byte = 0; byte < 4 && at + byte < count; byte += 1) bytes[at + byte] = drawn >>> (8 * byte);
    }
    return bytes;
  }
}

/** The mixing of mulberry32. */
function mix(state: number): number {
  let mixed = Math.imul(state ^ (state >>> 15), state | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  return (mixed ^ (mixed >>> 14)) >>> 0;
}
