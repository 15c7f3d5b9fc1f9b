/**
 * Why a command changed nothing. `conflict`: somebody was first or the subject moved on; ask again with
 * fresh state.
 */
export type RefusalKind = "invalid" | "conflict" | "stale" | "forbidden" | "not-found";

/**
 * A command that the rules do not allow now. It is an answer, not a fault: nothing was changed.
 * `todo` is the next thing the caller can do, in words for a person.
 */
export class CommandRefused extends Error {
  readonly kind: RefusalKind;
  readonly code: string;
  readonly todo: string;

  constructor(refusal: { kind: RefusalKind; code: string; message: string; todo: string }) {
    super(refusal.message);
    this.name = "CommandRefused";
    this.kind = refusal.kind;
    this.code = refusal.code;
    this.todo = refusal.todo;
  }
}
