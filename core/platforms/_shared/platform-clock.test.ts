import { expect, test } from "vitest";
import { clockedFetch } from "./platform-clock.ts";

const at = Date.parse("2026-11-30T12:00:00Z");

function clocked(date: string | null, tookMs = 0) {
  let now = at;
  const answer = async () => {
    now += tookMs;
    return new Response("", date === null ? {} : { headers: { date } });
  };
  return clockedFetch(answer as typeof fetch, () => now);
}

test.each([
  ["the same second", "Mon, 30 Nov 2026 12:00:00 GMT", 0, 500],
  ["two minutes ahead", "Mon, 30 Nov 2026 12:02:00 GMT", 0, 120_500],
  ["behind", "Mon, 30 Nov 2026 11:00:00 GMT", 0, -3_599_500],
  // Half of the time that the answer took lies before their look at the clock.
  ["the same, after a long way", "Mon, 30 Nov 2026 12:00:02 GMT", 4_000, 500],
])("their clock: %s", async (_, date, tookMs, ahead) => {
  const { fetch, aheadMs } = clocked(date, tookMs);
  expect(aheadMs()).toBeNull();
  await fetch("https://git.example.test");
  expect(aheadMs()).toBe(ahead);
});

test("an answer without a date, or with one that is none, tells nothing", async () => {
  for (const date of [null, "yesterday"]) {
    const { fetch, aheadMs } = clocked(date);
    await fetch("https://git.example.test");
    expect(aheadMs()).toBeNull();
  }
});
