/** An invariant does not hold; `invariant` names it, the message says how. */
export class Broken extends Error {
  override readonly name = "Broken";
  readonly invariant: string;

  constructor(invariant: string, how: string) {
    super(`${invariant}: ${how}`);
    this.invariant = invariant;
  }
}

export function hold(truth: boolean, invariant: string, how: () => string): asserts truth {
  if (!truth) throw new Broken(invariant, how());
}
