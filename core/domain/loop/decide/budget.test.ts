import { expect, test } from "vitest";
import { turnsPerLoopMax } from "../../policy/limits.ts";
import type { LoopCommand } from "../commands.ts";
import { react } from "../react.ts";
import { factsOf, leased, resolve, result } from "../testing/commands.ts";
import { person } from "../testing/samples.ts";
import { drive, given, loopDoing, send, started } from "../testing/scenario.ts";
import { budgetLeft } from "./turns.ts";

const reserve = (turn: string, amount: number, deadline = 1e9): LoopCommand => ({
  ...{ type: "ReserveTurn", turn, provider: "tape", model: "m", amount, deadline },
});
const settle = (turn: string, cost: number): LoopCommand => ({
  ...{ type: "SettleTurn", turn, outcome: "answered", cost, inputTokens: 1, outputTokens: 1 },
  ...{ estimated: false, cacheReadTokens: 0, latencyMs: 5, answer: null, detail: "" },
});
const asking = () => loopDoing("plan", "model");

test("a turn sets its worst cost aside and is settled at what it cost", () => {
  const reserved = given(asking()).when(reserve("t1", 400_000)).then("TurnReserved");
  expect(budgetLeft(factsOf(reserved.loop).budget)).toBe(600_000);
  const settled = given(reserved.loop).when(settle("t1", 150_000)).then("TurnSettled");
  expect(factsOf(settled.loop).budget).toMatchObject({ spent: 150_000, reserved: {}, turns: 1 });
});

test("reserving or settling the same turn again changes nothing", () => {
  const { loop } = given(asking()).when(reserve("t1", 400_000)).then("TurnReserved");
  given(loop).when(reserve("t1", 400_000)).then();
  const settled = send(loop, settle("t1", 1)).loop;
  given(settled).when(settle("t1", 1)).then();
  given(settled).when(settle("never", 1)).then();
});

test("a turn that could break the cap is not allowed, and the loop goes to a person", () => {
  const { loop } = given(asking()).when(reserve("t1", 1_000_001)).then("BudgetExceeded", "Escalated");
  expect(loop).toMatchObject({ card: { what: "the loop's budget is spent", gate: null } });
  expect(loop).toMatchObject({
    card: { why: "the next turn may cost $1.00, $1.00 of $1.00 is left" },
  });
});

test("the whole of the cap may be reserved, and not a millionth more", () => {
  const full = given(asking()).when(reserve("t1", 1_000_000)).then("TurnReserved");
  given(full.loop).when(reserve("t2", 1)).then("BudgetExceeded", "Escalated");
});

test("a person's retry grants the same sum again", () => {
  const spent = send(send(asking(), reserve("t1", 900_000)).loop, settle("t1", 900_000)).loop;
  const stopped = send(spent, reserve("t2", 200_000)).loop;
  const again = given(stopped)
    .when(resolve(stopped, "retry"))
    .then("EscalationResolved", "BudgetRaised", "ResumePlanned", "AttemptStarted", "ModelAsked");
  expect(factsOf(again.loop).budget.max).toBe(1_900_000);
  given(again.loop).when(reserve("t3", 200_000)).then("TurnReserved");
});

test("a job in flight is dropped when the money is spent, and its late result is refused", () => {
  const developing = leased("develop");
  const { loop } = given(developing)
    .when(reserve("t1", 2_000_000))
    .then("BudgetExceeded", "JobDropped", "Escalated");
  const late = result(developing, { kind: "develop", result: { outcome: "stopped", reason: "" } });
  given(loop).when(late).thenRefused("fence-old");
  given(loop).when(reserve("t2", 1)).thenRefused("loop-escalated");
});

test("nobody may reserve a turn for a job that no runner holds, or for a loop that waits", () => {
  const open = drive(started(), (one) => one.state === "active" && one.doing.kind === "job");
  given(open).when(reserve("t1", 1)).thenRefused("no-turn-wanted");
  given(loopDoing("design", "checkpoint")).when(reserve("t1", 1)).thenRefused("no-turn-wanted");
});

test("a loop that used all its turns goes to a person", () => {
  let loop = asking();
  for (let n = 0; n < turnsPerLoopMax; n += 1)
    loop = send(send(loop, reserve(`t${n}`, 1)).loop, settle(`t${n}`, 0)).loop;
  given(loop).when(reserve("one more", 1)).then("Escalated");
});

test("a turn that nobody settles counts in full at its deadline, and says that it is an estimate", () => {
  const loop = send(send(asking(), reserve("t1", 400_000, 10_000)).loop, reserve("t2", 1)).loop;
  const fire = { type: "FireTimer", key: "turn:t1", timer: "turn-deadline" } as const;
  const later = drive(loop, (one) => factsOf(one).now >= 10_000);
  const { events } = given(later).when(fire).then("TurnSettled");
  expect(events[0]).toMatchObject({ turn: "t1", cost: 400_000, estimated: true, outcome: "expired" });
});

test("a turn that is open when the loop ends is still settled", () => {
  const open = send(asking(), reserve("t1", 400_000, 1_000)).loop;
  const ended = send(open, { type: "CancelLoop", by: person(), reason: "" }).loop;
  const [timer] = react(ended).timers;
  expect(timer).toMatchObject({ key: "turn:t1", timer: "turn-deadline" });
  const fired = given(ended)
    .when({ type: "FireTimer", key: "turn:t1", timer: "turn-deadline" })
    .then("TurnSettled");
  expect(react(fired.loop).timers).toEqual([]);
  given(ended).when(settle("t1", 7)).then("TurnSettled");
});

test("what a provider charges beyond the reservation is owed, and the next turn is refused", () => {
  const over = send(send(asking(), reserve("t1", 1_000_000)).loop, settle("t1", 1_200_000)).loop;
  expect(factsOf(over).budget.spent).toBe(1_200_000);
  given(over).when(reserve("t2", 1)).then("BudgetExceeded", "Escalated");
});
