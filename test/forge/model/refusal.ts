/** Why the forge does not do it, in no platform's words; a dialect turns it into a status. */
export type RefusalKind =
  | ("unauthenticated" | "forbidden" | "not-found" | "validation")
  | ("conflict" | "head-moved" | "not-mergeable" | "archived" | "exists" | "rate-limited" | "precondition");

/** Thrown by the model and by routes. `field` names what was wrong in the request, where one is. */
export class Refusal extends Error {
  readonly kind: RefusalKind;
  readonly field: string | null;

  constructor(kind: RefusalKind, message: string, field: string | null = null) {
    super(message);
    this.name = "Refusal";
    this.kind = kind;
    this.field = field;
  }
}

/** The value, or a refusal that it is not there. */
export function found<T>(value: T | null | undefined, what = "Not Found"): T {
  if (value === null || value === undefined) throw new Refusal("not-found", what);
  return value;
}
