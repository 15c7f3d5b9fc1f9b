import { expect, test } from "vitest";
import { dispatchRefused } from "./dispatch-refused.ts";

const asked = { connection: "work", repository: "acme/calc", branch: "main" };
const said = "dispatch: 404 Not Found";

test.each([
  ["not-found", "tamma repos add acme/calc --connection work --workflow"],
  ["validation", "tamma repos add acme/calc --connection work --workflow"],
  ["forbidden", "Actions, read and write"],
  ["auth", "tamma connections rotate work"],
  ["unsupported", "runner: serve"],
])("a start that is refused as %s is told in the platform's words, with what to do", (kind, todo) => {
  const refused = dispatchRefused(kind, said, asked);
  expect(refused?.why).toContain(said);
  expect(refused?.todo).toContain(todo);
  expect(refused?.todo).toContain("tamma retry");
});

test.each(["transient", "rate-limited", "conflict"])("what is %s passes by itself", (kind) => {
  expect(dispatchRefused(kind, said, asked)).toBeNull();
});
