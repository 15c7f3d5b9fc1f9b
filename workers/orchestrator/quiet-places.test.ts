import { expect, test } from "vitest";
import { quietPlaces } from "./quiet-places.ts";

const place = "plain-git/r1";

function known() {
  const quiet = quietPlaces(() => 0);
  quiet.hadNone("r-1", place, quiet.offers(place), 0);
  return quiet;
}

test("a repository that had no job is not asked by any runner until one is offered there", () => {
  const quiet = known();
  expect(quiet.isQuiet("r-1", place, 1)).toBe(true);
  expect(quiet.isQuiet("r-2", place, 1)).toBe(true);
  expect(quiet.isQuiet("r-1", "plain-git/r2", 1)).toBe(false);
  quiet.offered(place);
  expect(quiet.isQuiet("r-2", place, 1)).toBe(false);
});

test("an answer that was overtaken by an offer is not believed", () => {
  const quiet = known();
  const before = quiet.offers(place);
  quiet.offered(place);
  quiet.hadNone("r-1", place, before, 1);
  expect(quiet.isQuiet("r-1", place, 2)).toBe(false);
});

test("a runner that got a job asks there once more, the others do not", () => {
  const quiet = known();
  quiet.gave("r-1", place);
  expect(quiet.isQuiet("r-1", place, 1)).toBe(false);
  expect(quiet.isQuiet("r-2", place, 1)).toBe(true);
  quiet.hadNone("r-1", place, quiet.offers(place), 1);
  expect(quiet.isQuiet("r-1", place, 2)).toBe(true);
});

test("after a minute it is asked all the same", () => {
  const quiet = known();
  expect(quiet.isQuiet("r-1", place, 59_999)).toBe(true);
  expect(quiet.isQuiet("r-1", place, 60_000)).toBe(false);
});
