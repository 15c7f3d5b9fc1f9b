import { describe, expect, test } from "vitest";
import { initialLoop } from "../loop/evolve.ts";
import type { Loop } from "../loop/state.ts";
import { askingPlan, person } from "../loop/testing/samples.ts";
import { drive, loopAt, loopDoing, send, started } from "../loop/testing/scenario.ts";
import { slashCommandsIn } from "../text/slash-commands.ts";
import { meaningOf, noticeKey, type OrderToALoop } from "./orders.ts";

const by = person("ann");
const said = (comment: string): OrderToALoop => slashCommandsIn(comment)[0] as OrderToALoop;
/** What it means to a person who has the newest notice in view. */
const inView = (comment: string, loop: Loop) =>
  meaningOf(said(comment), loop, { by, shown: noticeKey(loop) });

describe("decisions", () => {
  const asked = loopDoing("design", "checkpoint");

  test("yes, no and otherwise bind to the checkpoint and the subject that were in view", () => {
    for (const [comment, decision, text] of [
      ["/tamma approve", "approve", ""],
      ["/tamma change smaller steps", "change", "smaller steps"],
      ["/tamma reject it is not worth it", "reject", "it is not worth it"],
    ] as const) {
      const meaning = inView(comment, asked);
      expect(meaning).toMatchObject({
        command: { type: "DecideCheckpoint", decision, text, by, via: "comment" },
      });
      if ("command" in meaning) expect(send(asked, meaning.command).events.length).toBeGreaterThan(0);
    }
  });

  test("without a question in view, or with an older one, nothing is decided", () => {
    for (const shown of [null, "notice:checkpoint:0", "notice:questions:1"])
      expect(meaningOf(said("/tamma approve"), asked, { by, shown })).toHaveProperty("refuse");
  });

  test("where nothing is asked nothing is decided", () => {
    expect(inView("/tamma approve", loopAt("implement"))).toHaveProperty("refuse");
  });
});

describe("everything else", () => {
  test("an open question is answered by its number, once", () => {
    const asking = drive(started(), (loop) => loop.state === "active" && loop.doing.kind === "model");
    const open = send(asking, { type: "ReportPlan", n: 1, plan: askingPlan }).loop;
    const meaning = inView("/tamma answer 1 half up", open);
    expect(meaning).toMatchObject({ command: { type: "AnswerQuestions", answers: [{ answer: "half up" }] } });
    expect(inView("/tamma answer 99 half up", open)).toEqual({ refuse: "there is no question 99" });
    expect(inView("/tamma answer 1 half up", loopAt("implement"))).toHaveProperty("refuse");
  });

  test("a loop is stopped by whoever says so", () => {
    expect(inView("/tamma stop", loopAt("implement"))).toMatchObject({ command: { type: "CancelLoop", by } });
  });

  test("words that are no order of ours are answered, and change nothing", () => {
    const loop = loopAt("implement");
    expect(inView("/tamma dance", loop)).toMatchObject({ refuse: expect.stringContaining("dance") });
    expect(inView("/tamma help", loop)).toMatchObject({ say: expect.stringContaining("/tamma approve") });
    expect(inView("/tamma status", loop)).toMatchObject({ say: expect.stringContaining("step 5/14") });
  });

  test("an ended loop takes no orders", () => {
    const ended = send(loopAt("implement"), { type: "CancelLoop", by, reason: "enough" }).loop;
    for (const order of ["approve", "stop", "retry", "resume"])
      expect(inView(`/tamma ${order}`, ended)).toMatchObject({ refuse: expect.stringContaining("over") });
  });

  test("a retry takes its hint to what failed for good, and needs something that did", () => {
    expect(inView("/tamma retry", loopAt("implement"))).toHaveProperty("refuse");
    const timer = { key: "total-time", timer: "total-time" } as const;
    const loop = send(loopAt("implement"), { type: "FireTimer", ...timer }).loop;
    const meaning = inView("/tamma retry look at the callers", loop);
    expect(meaning).toMatchObject({ command: { choice: "retry", text: "look at the callers" } });
    if ("command" in meaning) expect(send(loop, meaning.command).loop.state).toBe("active");
  });

  test("a pause is an obstacle that whoever says so takes away, by either word", () => {
    const working = loopAt("implement");
    const meaning = inView("/tamma pause", working);
    expect(meaning).toEqual({ command: { type: "PauseLoop", by } });
    const paused = "command" in meaning ? send(working, meaning.command).loop : working;
    for (const order of ["resume", "retry"]) {
      const on = inView(`/tamma ${order}`, paused);
      expect(on).toEqual({ command: { type: "ClearObstacle", by } });
      if ("command" in on) expect(send(paused, on.command).events.length).toBeGreaterThan(0);
    }
    expect(inView("/tamma resume", working)).toHaveProperty("refuse");
  });

  test("a person takes a loop when he says so", () => {
    const working = loopAt("implement");
    const meaning = inView("/tamma escalate", working);
    expect(meaning).toMatchObject({ command: { type: "EscalateLoop", by } });
    if ("command" in meaning) expect(send(working, meaning.command).loop.state).toBe("escalated");
  });

  test("a loop that has not begun takes help, and nothing else", () => {
    expect(inView("/tamma status", initialLoop)).toMatchObject({ refuse: expect.stringContaining("queue") });
    expect(inView("/tamma approve", initialLoop)).toHaveProperty("refuse");
    expect(inView("/tamma help", initialLoop)).toHaveProperty("say");
  });

  test("an answer that was given stays given", () => {
    const two = [...askingPlan.questions, { ...askingPlan.questions[0], id: "q2", question: "Money too?" }];
    const asking = drive(started(), (loop) => loop.state === "active" && loop.doing.kind === "model");
    const plan = { ...askingPlan, questions: two as typeof askingPlan.questions };
    const open = send(asking, { type: "ReportPlan", n: 1, plan }).loop;
    const first = inView("/tamma answer 1 half up", open);
    const half = "command" in first ? send(open, first.command).loop : open;
    expect(inView("/tamma answer 1 half down", half)).toEqual({ refuse: "question 1 was answered before" });
    expect(inView("/tamma answer 2 yes", half)).toHaveProperty("command");
  });
});
