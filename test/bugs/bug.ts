/** A deliberate mistake, made in memory in one module of the real source while it is loaded. */
export interface Bug {
  name: string;
  /** What it does wrong, in plain words. */
  does: string;
  /** The module, relative to the repository. */
  file: string;
  /** Text of that module that stands there exactly once, and what stands there instead. */
  find: string;
  replace: string;
  /** The invariant that it attacks, as docs/proof.md numbers them. */
  attacks: string;
  /** It takes more states or seeds than `npm test` has time for: only `npm run bugs` hunts it. */
  slow?: true;
}
