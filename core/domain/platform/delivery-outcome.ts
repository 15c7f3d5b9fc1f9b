/** How a delivery ended, for lists and for whoever looks for what was refused. */
export type DeliveryEnd = "done" | "ignored" | "refused" | "failed";

/** What came of a delivery; `said` is for people, and no word of what the delivery said. */
export interface DeliveryOutcome {
  readonly end: DeliveryEnd;
  readonly said: string;
}

/** It was acted on, also where there was nothing to do. */
export const done = (said: string): DeliveryOutcome => ({ end: "done", said });
/** It is of a kind that asks for nothing. */
export const ignored = (why: string): DeliveryOutcome => ({ end: "ignored", said: `ignored: ${why}` });
/** Somebody was not allowed what he asked for, or it was not taken. */
export const refused = (said: string): DeliveryOutcome => ({ end: "refused", said });
/** It could not be acted on, and is not tried again. */
export const failed = (why: string): DeliveryOutcome => ({ end: "failed", said: `failed: ${why}` });
