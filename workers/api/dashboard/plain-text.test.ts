import { expect, test } from "vitest";
import { count, renderDuration, renderMoney } from "./amounts.ts";
import { checkpointPath, loopPath, webUrl } from "./links.ts";
import { tail, visible } from "./plain-text.ts";

test("what would stay invisible or turn the reading around is shown", () => {
  expect(visible("if (user\u202e \u2066// admin\u2069)")).toBe(
    "if (user\u27e8U+202E\u27e9 \u27e8U+2066\u27e9// admin\u27e8U+2069\u27e9)",
  );
  expect(visible("a\u200bb\u0000c")).toBe("a\u27e8U+200B\u27e9b\u27e8U+0000\u27e9c");
  expect(visible("keeps\ttabs\r\nand lines")).toBe("keeps\ttabs\nand lines");
});

test("colours of a terminal go, the words stay", () => {
  expect(visible("\u001b[1;32mok\u001b[0m \u001b]8;;http://x\u0007link\u001b]8;;\u0007")).toBe("ok link");
});

test("the tail of a text starts with a whole line", () => {
  expect(tail("one\ntwo\nthree", 9)).toEqual({ text: "three", cut: true });
  expect(tail("short", 9)).toEqual({ text: "short", cut: false });
});

test("only web addresses become links", () => {
  expect(webUrl("https://example.org/x")).toBe("https://example.org/x");
  for (const url of [
    "javascript:alert(1)",
    "data:text/html,x",
    "file:///etc/passwd",
    "/srv/code",
    "",
    "tamma:pull/7",
  ])
    expect(webUrl(url), url).toBeNull();
});

test("ids stay one segment of a path", () => {
  expect(loopPath("local/r1/12#1", "pull")).toBe("/app/loops/local%2Fr1%2F12%231/pull");
  expect(checkpointPath("local/r1/12#1", "local/r1/12#1~c2")).toBe(
    "/app/loops/local%2Fr1%2F12%231/checkpoints/local%2Fr1%2F12%231~c2",
  );
});

test("amounts are said as people say them", () => {
  expect([0, 1_200, 124_000, 5_000_000].map(renderMoney)).toEqual(["$0.00", "$0.0012", "$0.12", "$5.00"]);
  expect([-5, 900, 61_000, 3_600_000, 3_660_000, 90_000_000].map(renderDuration)).toEqual([
    "0 s",
    "0 s",
    "1 min 1 s",
    "1 h",
    "1 h 1 min",
    "1 d 1 h",
  ]);
  expect([count(1, "file"), count(0, "file"), count(2, "person", "persons")]).toEqual([
    "1 file",
    "0 files",
    "2 persons",
  ]);
});
