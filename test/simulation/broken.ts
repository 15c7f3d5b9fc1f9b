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

/**
 * The same where whoever called would take it for a fault and go on: a promise that nobody awaits is
 * rejected, and that ends the run.
 */
export function holdAside(truth: boolean, invariant: string, how: () => string): void {
  if (!truth) void Promise.reject(new Broken(invariant, how()));
}
