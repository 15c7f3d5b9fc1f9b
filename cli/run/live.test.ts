import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { createStyle } from "../render/style.ts";
import type { Terminal } from "../terminal.ts";
import { loopAt, mergedLoop } from "../testing/loop-view.ts";
import { createLive } from "./live.ts";

function recorder() {
  const writes: string[] = [];
  const terminal: Terminal = {
    out: () => {},
    err: (text) => void writes.push(text),
    input: new PassThrough(),
    errors: new PassThrough(),
    interactive: true,
    repaints: true,
    columns: () => 81,
    color: false,
    unicode: true,
  };
  return { writes, live: createLive(terminal, createStyle(terminal)) };
}

test("many changes at once are painted once, and the last one is what stays", () => {
  const { writes, live } = recorder();
  live.show(loopAt("assign"));
  for (const step of ["plan", "design", "open", "implement"] as const) live.show(loopAt(step));
  live.show(mergedLoop());
  expect(writes).toHaveLength(1);
  live.stop();
  expect(writes).toHaveLength(2);
  expect(writes[1]).toContain("merged");
});

test("the second picture covers the first, line by line", () => {
  const { writes, live } = recorder();
  live.show(loopAt("assign"));
  live.show(mergedLoop());
  live.stop();
  const first = writes[0] ?? "";
  expect(first.split("\n")).toHaveLength(17);
  expect(writes[1]?.startsWith("\u001b[16A\u001b[0J")).toBe(true);
});

test("after a stop the next picture starts below", () => {
  const { writes, live } = recorder();
  live.show(loopAt("assign"));
  live.stop();
  live.show(loopAt("plan"));
  live.stop();
  expect(writes.at(-1)).not.toContain("\u001b[16A");
});
