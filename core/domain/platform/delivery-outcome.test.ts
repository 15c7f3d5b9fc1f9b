import { expect, test } from "vitest";
import { endOfDelivery } from "./delivery-outcome.ts";

test.each([
  ["started a loop for issue 7", "done"],
  ["work/42/7#1 was told", "done"],
  ["2 of 2 orders taken", "done"],
  ["1 of 2 orders taken", "refused"],
  ["refused: eve has no write access", "refused"],
  ["eve has no write access", "refused"],
  ["not started: the queue is full", "refused"],
  ["ignored: it is our own echo", "ignored"],
  ["failed: PlatformError: issue: 403 Forbidden", "failed"],
])("%s: %s", (said, end) => {
  expect(endOfDelivery(said)).toBe(end);
});
