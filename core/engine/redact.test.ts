import { generateKeyPairSync } from "node:crypto";
import { expect, test } from "vitest";
import { openEnd, redactDeep, redactor } from "./redact.ts";

const secret = "sk-canary+/0123456789=";
const bytes = Buffer.from(secret);

test("a secret is taken out in every form in which it usually leaks", () => {
  const redact = redactor([secret, undefined]).text;
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
  expect(redactor(["abc"]).text("abc is an ordinary word")).toBe("abc is an ordinary word");
});

test("every string inside a value is cleaned, and its shape stays", () => {
  const value = { log: [`key ${secret}`, 3, null, true], [secret]: { deep: secret } };
  expect(redactDeep(value, redactor([secret]).text)).toEqual({
    log: ["key [redacted]", 3, null, true],
    [secret]: { deep: "[redacted]" },
  });
});

test("the end of a text that may be the beginning of a secret is known, in every spelling", () => {
  const open = openEnd([secret]);
  expect(open(`text sk-canary`)).toBe("sk-canary".length);
  expect(open(`text ${bytes.toString("hex").slice(0, 10)}`)).toBe(10);
  expect(open("text s")).toBe(1);
  expect([open("text"), open("")]).toEqual([0, 0]);
});

test("a whole secret that ends as it begins is never cut", () => {
  const round = "abcdefgh-a";
  expect(openEnd([round])(`text ${round}`)).toBe(round.length);
  expect(openEnd([secret])(`text ${[...secret].reverse().join("")}`)).toBeOneOf([0, secret.length]);
});

test("private keys are found by their lines and in base64, and as many secrets as an account has fit", () => {
  const keys = Array.from({ length: 3 }, () => {
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    return privateKey.export({ type: "pkcs1", format: "pem" }).toString();
  });
  const tokens = Array.from({ length: 30 }, (_, n) => `canary-of-connection-${n}`);
  const { text, holds } = redactor([...keys, ...tokens]);
  for (const key of keys) {
    const line = key.split("\n")[3] ?? "";
    expect(text(`x ${line} y`)).toBe("x [redacted] y");
    expect(text(`x ${Buffer.from(key).toString("base64")} y`)).toBe("x [redacted] y");
  }
  for (const token of tokens) expect(holds(Buffer.from(token).toString("hex"))).toBe(true);
  expect(holds("nothing of all that")).toBe(false);
});
