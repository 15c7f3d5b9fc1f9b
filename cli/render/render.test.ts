import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { loopAt, mergedLoop, noon } from "../testing/loop-view.ts";
import { renderLoop, renderStep, stepWord } from "./steps.ts";
import { createStyle } from "./style.ts";
import { clean, onlyOurs, renderDuration, renderJson, renderMoney, wrap } from "./text.ts";

const plain = createStyle({ color: false, unicode: false });
const rich = createStyle({ color: true, unicode: true });

test("a loop is a title, fourteen steps and its money, each within the width", () => {
  for (const width of [60, 80, 120]) {
    const lines = renderLoop(loopAt("design", "needs you", { word: "needs you" }), noon + 9_000, rich, width);
    expect(lines).toHaveLength(16);
    for (const line of lines) expect(stripVTControlCharacters(line).length).toBeLessThanOrEqual(width);
  }
});

test("every state is glyph and word, in ASCII too", () => {
  const view = loopAt("build", "retry");
  const lines = renderLoop(view, noon + 11_000, plain, 100);
  expect(lines[0]).toBe("sample#7 Round amounts - running");
  expect(lines[1]).toMatch(/^ \+ done +1 Assign +2\.0 s$/);
  expect(lines[6]).toMatch(/^ ~ retry 2\/3 +6 Build +1\.0 s$/);
  expect(lines[7]).toMatch(/^ \. pending +7 Test$/);
  expect(lines[15]).toContain("$0.12 of $5.00 - 3 model turns");
  expect(/^[\x20-\x7e]*$/.test(lines.join(""))).toBe(true);
});

test("a waiting loop is never shown as running", () => {
  const [title] = renderLoop(loopAt("design", "needs you", { word: "needs you" }), noon, plain, 100);
  expect(title).toContain("needs you");
  expect(title).not.toContain("running");
});

test("retries are counted against their limit", () => {
  const step = mergedLoop().steps[5];
  if (!step) throw new Error("the pipeline has fourteen steps");
  expect(stepWord({ ...step, state: "retry", failed: 1 })).toBe("retry 1/3");
  expect(stepWord({ ...step, state: "retry", failed: 9 })).toBe("retry 3/3");
  expect(
    renderStep({ ...step, note: "a very long note ".repeat(20) }, noon, plain, 60).length,
  ).toBeLessThanOrEqual(60);
});

test("money and durations are short and never say nothing for something", () => {
  expect(renderMoney(0)).toBe("$0.00");
  expect(renderMoney(3_400)).toBe("$0.0034");
  expect(renderMoney(1_230_000)).toBe("$1.23");
  expect(renderDuration(420)).toBe("0.4 s");
  expect(renderDuration(185_000)).toBe("3 min 5 s");
  expect(renderDuration(7_800_000)).toBe("2 h 10 min");
});

test("text is wrapped at spaces, and what nobody sees is marked", () => {
  expect(wrap("one two three four five six seven", 24, "  ")).toBe("  one two three four\n  five six seven");
  expect(clean("a\u001b[31mb\u0007c\u009bd\te\u202e")).toBe("ab<U+0007>c\te<U+202E>");
});

test("only sequences of our own pass the gate of the terminal", () => {
  const painted = rich.paint("done", "ok") + rich.bold("b") + rich.dim("d") + rich.paint("needs you", "n");
  expect(onlyOurs(`\u001b[3A\u001b[0J${painted}`, true)).toBe(`\u001b[3A\u001b[0J${painted}`);
  for (const state of ["failed", "running", "retry"] as const)
    expect(onlyOurs(rich.paint(state, "x"), true)).toBe(rich.paint(state, "x"));
  expect(onlyOurs("\u001b[31mred\u001b[3A\u001b[0J", false)).toBe("red");
  expect(onlyOurs("a\u001b[8mhidden\u001b[2Jb\u001b]52;c;x\u0007c\u001b[5Ad", true)).toBe("ahiddenbcd");
});

test("JSON is the same value, and holds nothing that a terminal acts on", () => {
  const value = {
    "\u009b": "\u001b]0;x\u0007 \u202e \u{E0041} \u200b \u007f",
    b: "Gr\u00fc\u00dfe \u{1F600}",
  };
  expect(JSON.parse(renderJson(value))).toEqual(value);
  expect(renderJson(value)).toMatch(/^[\x20-\x7e\u00fc\u00df\u{1F600}]*$/u);
});
