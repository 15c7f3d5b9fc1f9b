import { expect, test } from "vitest";
import { atCheckpoint, leased } from "../loop/testing/commands.ts";
import { loopView } from "./loop-view.ts";
import { standing } from "./standing.ts";

const url = "http://tamma.test/app/loops/1";
const of = (loop: Parameters<typeof loopView>[0]) => {
  const view = loopView(loop, []);
  if (view === null) throw new Error("the loop has not started");
  return standing(view, url);
};

test("a loop at a checkpoint says the question, its options and what a yes does", () => {
  expect(of(atCheckpoint("design"))).toMatchObject({
    ...{ word: "needs you", url, job: null },
    ask: {
      title: expect.stringContaining("design"),
      lines: expect.arrayContaining([expect.stringContaining("(recommended)")]),
    },
  });
});

test("a loop at work says which job is held, and asks nothing", () => {
  expect(of(leased("verify"))).toMatchObject({ word: "running", ask: null, job: { kind: "verify" } });
});
