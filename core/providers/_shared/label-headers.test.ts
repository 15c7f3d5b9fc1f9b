import { expect, test } from "vitest";
import { labelHeaders } from "./label-headers.ts";

const labels = {
  loop: "local/repo/12#1",
  issue: "12",
  step: "plan",
  attempt: "2",
  turn: "local/repo/12#1~j3~t4",
};

test("ids are percent-encoded, so that a gateway does not cut them at # or /", () => {
  const headers = labelHeaders(labels);
  expect(headers["x-tamma-loop"]).toBe("local%2Frepo%2F12%231");
  expect(decodeURIComponent(headers["x-tamma-turn"] ?? "")).toBe(labels.turn);
  expect(headers["x-tamma-issue"]).toBe("12");
});

test("whatever a label holds, the headers are valid and carry no second header", () => {
  const hostile = "a\r\nx-evil: 1\u0000é\u{1F600}\ud800";
  const headers = labelHeaders({
    loop: hostile,
    issue: hostile,
    step: hostile,
    attempt: hostile,
    turn: hostile,
  });
  const built = new Headers(headers);
  expect([...built.keys()]).not.toContain("x-evil");
  expect(built.get("x-tamma-step")).toBe("a x-evil: 1");
});
