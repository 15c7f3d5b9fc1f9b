import { expect, test } from "vitest";
import type { LoopCommand } from "../commands.ts";
import { react } from "../react.ts";
import { factsOf, jobOf, leased, result, say } from "../testing/commands.ts";
import { person } from "../testing/samples.ts";
import { drive, given, loopDoing, send, started } from "../testing/scenario.ts";

const cancel: LoopCommand = { type: "CancelLoop", by: person("ann"), reason: "wrong issue" };

test("cancel during develop drops the job: its runner's fence is void at once", () => {
  const developing = leased("develop");
  const { loop } = given(developing).when(cancel).then("JobDropped", "LoopCancelled");
  expect(loop).toMatchObject({ state: "ended", outcome: "cancelled", reason: "wrong issue" });
  const late = result(developing, { kind: "develop", result: { outcome: "stopped", reason: "" } });
  given(loop).when(late).thenRefused("fence-old");
  const { id: job, fence } = jobOf(developing);
  given(loop).when({ type: "ExpireLease", job, fence }).thenRefused("fence-old");
});

test("cancel works wherever the loop stands, and gives the slot back", () => {
  for (const at of [started(), loopDoing("design", "checkpoint"), loopDoing("merge", "call")]) {
    const { loop } = given(at).when(cancel).then("LoopCancelled");
    expect(factsOf(loop).slotHeld).toBe(false);
    expect(react(loop).effects).toContainEqual({
      ...{ kind: "release-slot", key: "release-slot:end", reason: "cancelled" },
    });
  }
});

test("an escalated loop can be cancelled", () => {
  const scan = { failing: ["scan"], trouble: [] } as const;
  const loop = say(say(started(), scan, "scan old"), scan, "scan old");
  given(loop).when(cancel).then("LoopCancelled");
});

test("cancel without a reason says who did it", () => {
  const { loop } = send(started(), { type: "CancelLoop", by: person("ann"), reason: "" });
  expect(loop).toMatchObject({ reason: "cancelled by ann" });
});

test("what ended cannot be cancelled", () => {
  const ended = drive(started(), (one) => one.state === "ended");
  given(ended).when(cancel).thenRefused("loop-ended");
});

test("the pull request of a cancelled loop is closed; without one there is nothing to close", () => {
  const kinds = (loop: typeof started extends (...args: never[]) => infer L ? L : never) =>
    react(send(loop, cancel).loop).effects.map((one) => one.kind);
  expect(kinds(leased("develop"))).toContain("close-pull-request");
  expect(kinds(started())).not.toContain("close-pull-request");
  expect(kinds(leased("develop"))).not.toContain("close-issue");
});
