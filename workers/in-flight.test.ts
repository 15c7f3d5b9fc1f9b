import { expect, test } from "vitest";
import { createInFlight } from "./in-flight.ts";

test("work counts until it has ended, in whatever way", async () => {
  const inFlight = createInFlight();
  const [good, bad] = [Promise.withResolvers<string>(), Promise.withResolvers<string>()];
  const both = [inFlight.during(good.promise), inFlight.during(bad.promise)];
  expect(inFlight.count).toBe(2);
  good.resolve("done");
  bad.reject(new Error("broken"));
  await expect(both[0]).resolves.toBe("done");
  await expect(both[1]).rejects.toThrow("broken");
  expect(inFlight.count).toBe(0);
});

test("once it ends it stays so", () => {
  const inFlight = createInFlight();
  expect(inFlight.ending).toBe(false);
  inFlight.end();
  expect(inFlight.ending).toBe(true);
});
