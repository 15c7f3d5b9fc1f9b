import { expect, test } from "vitest";
import type { OrchestratorEnv } from "./env.ts";
import { turnLimits } from "./turn-limits.ts";

const limitsOf = (timeout: string, silence: string) =>
  turnLimits({ TAMMA_TURN_TIMEOUT_MS: timeout, TAMMA_TURN_SILENCE_MS: silence } as OrchestratorEnv);

test("without settings a turn may take ten minutes, its first byte five and every pause two", () => {
  expect(limitsOf("", "")).toMatchObject({
    timeoutMs: 600_000,
    answer: { firstByteMs: 300_000, silenceMs: 120_000 },
  });
});

test("both times can be shortened, and the first byte follows", () => {
  expect(limitsOf("60000", "4000")).toMatchObject({
    timeoutMs: 60_000,
    answer: { firstByteMs: 10_000, silenceMs: 4_000 },
  });
});

test.each([
  ["0", "0", 1_000, 1_000],
  ["-5", "1e9", 1_000, 1_000],
  ["99999999", "99999999", 600_000, 600_000],
  ["ten", "NaN", 600_000, 120_000],
  ["Infinity", "", 600_000, 120_000],
  ["5000", "", 5_000, 5_000],
])("%s and %s are brought into sane bounds", (timeout, silence, timeoutMs, silenceMs) => {
  const limits = limitsOf(timeout, silence);
  expect(limits).toMatchObject({ timeoutMs, answer: { silenceMs } });
  expect(limits.answer.firstByteMs).toBeLessThanOrEqual(timeoutMs);
});
