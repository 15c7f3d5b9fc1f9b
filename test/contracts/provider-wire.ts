import type { TurnAnswer } from "@tamma/core/protocol/model-turn.ts";
import type { Reply } from "./wire-server.ts";

/** How the lines of a stream may look without meaning anything else. */
export interface StreamStyle {
  readonly newline: "\n" | "\r\n";
  readonly heartbeats: boolean;
}

export const plainStyle: StreamStyle = { newline: "\n", heartbeats: false };

/** What goes wrong in the provider's own words. */
export type Trouble = "rate-limit" | "overloaded" | "bad-key" | "no-right" | "bad-request" | "too-long";

/**
 * One vendor's wire, written from its documentation and recordings, never from the adapter that is tested
 * with it.
 */
export interface ProviderWire {
  /** A whole streamed answer. */
  answer(answer: TurnAnswer, style?: StreamStyle): Reply;
  /** The same, ended in good order before its end was said. */
  unfinished(answer: TurnAnswer): Reply;
  /** An error in the middle of the answer, after its usage was told. */
  brokenOff(answer: TurnAnswer, trouble: Trouble): Reply;
  /** A refusal by status. */
  trouble(trouble: Trouble, headers?: Readonly<Record<string, string>>): Reply;
  /** The status of a trouble, as the vendor documents it. */
  statusOf(trouble: Trouble): number;
  /** A stream that says nothing but that it is alive. */
  heartbeat(): Reply;
  /** An answer to `check` that says: all is well. */
  present(): Reply;
}
