import { expect, test } from "vitest";
import { sanitise } from "./sanitise.ts";
import { heavyTexts } from "./text/testing/heavy-texts.ts";

// Read once for each character, one of these would take an hour: the test would run out of time.
test.each(heavyTexts(1_000_000))("1 MB of %s is read", { timeout: 120_000 }, (_, text) => {
  expect(sanitise(text).length).toBeLessThan(6 * text.length + 20_000);
});
