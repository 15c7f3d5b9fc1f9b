import { expect, test } from "vitest";
import { redactDeep, redactor } from "./redact.ts";

const secret = "sk-canary+/0123456789=";
const bytes = Buffer.from(secret);

test("a secret is taken out in every form in which it usually leaks", () => {
  const redact = redactor([secret, undefined]);
  const forms = [
    secret,
    bytes.toString("hex"),
    bytes.toString("hex").toUpperCase(),
    bytes.toString("base64"),
    bytes.toString("base64url"),
    encodeURIComponent(secret),
  ];
  for (const form of forms) expect(redact(`before ${form} after`)).toBe("before [redacted] after");
});

test("short values and the rest of the text stay", () => {
  expect(redactor(["abc"])("abc is an ordinary word")).toBe("abc is an ordinary word");
});

test("every string inside a value is cleaned, and its shape stays", () => {
  const value = { log: [`key ${secret}`, 3, null, true], [secret]: { deep: secret } };
  expect(redactDeep(value, redactor([secret]))).toEqual({
    log: ["key [redacted]", 3, null, true],
    [secret]: { deep: "[redacted]" },
  });
});
