import { expect, test } from "vitest";
import { atCheckpoint, leased } from "../loop/testing/commands.ts";
import { person } from "../loop/testing/samples.ts";
import { drive, send, started } from "../loop/testing/scenario.ts";
import { openOrders } from "./open-orders.ts";

const by = person("ann");

test("a loop at work may be paused and taken, and there is nothing to go on with", () => {
  expect(openOrders(leased("develop"))).toEqual({
    ...{ pause: null, escalate: null },
    resume: "nothing is in the way",
  });
});

test("a paused one may go on or be taken, and is not paused twice", () => {
  const paused = send(leased("develop"), { type: "PauseLoop", by }).loop;
  expect(openOrders(paused)).toEqual({ pause: "it is paused already", resume: null, escalate: null });
});

test("one that waits for a person has nothing to pause; an escalated and an ended one take no order", () => {
  expect(openOrders(atCheckpoint("design"))).toMatchObject({
    ...{ pause: expect.stringContaining("waits for a person"), escalate: null },
  });
  const taken = send(leased("develop"), { type: "EscalateLoop", by, reason: "mine" }).loop;
  const ended = drive(started(), (loop) => loop.state === "ended");
  for (const loop of [taken, ended])
    for (const why of Object.values(openOrders(loop))) expect(why).toMatch(/the loop (is escalated|ended)/);
});

test("while it may be merging it takes no order", () => {
  const { pause, escalate } = openOrders(leased("merge"));
  expect([pause, escalate]).toEqual(Array(2).fill("the loop is being merged right now"));
});
