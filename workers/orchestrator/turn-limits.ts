import {
  answerBytesMax,
  answerFirstByteMs,
  answerSilenceMs,
  turnTimeoutMs,
} from "@tamma/core/domain/policy/limits.ts";
import type { AnswerLimits } from "@tamma/core/ports/provider.ts";
import type { OrchestratorEnv } from "./env.ts";

/** Less than this no service keeps; a setting below it would fail every turn. */
const limitMsMin = 1_000;

export interface TurnLimits {
  /** For a whole turn, repetitions included. */
  timeoutMs: number;
  answer: AnswerLimits;
}

/**
 * How patient turns are. An operator may shorten both times, for a network where a silent connection is a
 * dead one; longer than its cost is reserved no turn may be. A value that is no number is no setting.
 */
export function turnLimits(env: OrchestratorEnv): TurnLimits {
  const timeoutMs = within(env.TAMMA_TURN_TIMEOUT_MS, turnTimeoutMs, turnTimeoutMs);
  const silenceMs = within(env.TAMMA_TURN_SILENCE_MS, answerSilenceMs, timeoutMs);
  // Before the head of an answer there are no heartbeats: it gets more, as by default.
  const firstByteMs = Math.min(silenceMs * (answerFirstByteMs / answerSilenceMs), timeoutMs);
  return { timeoutMs, answer: { silenceMs, firstByteMs, bytesMax: answerBytesMax } };
}

function within(text: string | undefined, byDefault: number, max: number): number {
  const value = Number(text);
  if (!text || !Number.isFinite(value)) return Math.min(byDefault, max);
  return Math.min(Math.max(value, limitMsMin), max);
}
