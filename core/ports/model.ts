import type { ModelTask } from "../domain/loop/proposal.ts";
import type { LiveLoop } from "../domain/loop/state.ts";
import type { TurnAnswer, TurnError, TurnRequest } from "../protocol/model-turn.ts";

/**
 * How a turn ended: with an answer, or with an error that says what to do. `inFlight`: it has not ended yet.
 */
export type TurnOutcome = { answer: TurnAnswer } | { error: TurnError } | { inFlight: true };

/** The one way to a model: reserved, streamed, settled and recorded. */
export interface ModelTurns {
  /**
   * One turn. A turn id is answered once: the same id again gives the stored answer, `inFlight` while it is
   * still under way elsewhere, or the error `turn-lost` when it was cut off (ask with the next id). Never
   * throws for what a provider does.
   */
  runTurn(loop: string, turn: string, request: TurnRequest): Promise<TurnOutcome>;
}

/**
 * Builds the request of a task from the loop's facts and bodies; `nonce` keeps foreign text in its blocks.
 */
export interface Prompts {
  build(task: ModelTask, loop: LiveLoop, nonce: string): Promise<Omit<TurnRequest, "labels">>;
}
