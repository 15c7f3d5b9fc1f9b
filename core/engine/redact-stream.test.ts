import { expect, test } from "vitest";
import { redacted, redactor } from "./redact.ts";

const secret = "canary/s3cret+Wert?=";
const spellings = {
  raw: secret,
  base64: Buffer.from(secret).toString("base64"),
  "base64 inside basic auth": Buffer.from(`user:${secret}`).toString("base64"),
  "base64 one later": Buffer.from(`users:${secret}!`).toString("base64"),
  base64url: Buffer.from(secret).toString("base64url"),
  hex: Buffer.from(secret).toString("hex"),
  "upper hex": Buffer.from(secret).toString("hex").toUpperCase(),
  address: encodeURIComponent(secret),
  "address in small letters": encodeURIComponent(secret).replace(/%../g, (byte) => byte.toLowerCase()),
  form: encodeURIComponent(secret).replaceAll("%20", "+"),
  backwards: [...secret].reverse().join(""),
  "hex with separators": [...Buffer.from(secret)].map((byte) => byte.toString(16)).join(":"),
  "escaped bytes": [...Buffer.from(secret)].map((byte) => `\\x${byte.toString(16)}`).join(""),
  "every byte percent-encoded": [...Buffer.from(secret)].map((byte) => `%${byte.toString(16)}`).join(""),
};

test.each(Object.entries(spellings))("a known secret is hidden as %s", (_, spelling) => {
  const clean = redactor([secret]).text(`before ${spelling} after`);
  expect(clean).toContain(redacted);
  expect(clean).toMatch(/^before .* after$/);
  expect(clean).not.toContain(spelling.slice(4, -4));
});

// Put together at run time: a scanner of this repository should not find keys in it.
const keys = [
  `sk-${"ant-api03-"}${"a1B2".repeat(8)}`,
  `ghp${"_"}${"a1B2".repeat(9)}`,
  `github${"_pat_"}${"a1B2".repeat(9)}`,
  `glpat${"-"}${"a1B2".repeat(5)}`,
  `AKIA${"A1B2".repeat(4)}`,
  `eyJ${"hbGciOi".repeat(2)}.${"a1B2".repeat(5)}.${"a1B2".repeat(5)}`,
];

test.each(keys)("a key is known by its shape: %s", (key) => {
  expect(redactor([]).text(`key=${key};`)).toBe(`key=${redacted};`);
});

test("addresses and headers lose their credentials, ids stay readable", () => {
  const { text } = redactor([]);
  expect(text("https://ada:hunter22@host/x")).toBe(`https://${redacted}@host/x`);
  expect(text("Authorization: Bearer abcdefghijklmnop1234")).toBe(`Authorization: Bearer ${redacted}`);
  const commit = "4f2c1a9be0774f2c1a9be0774f2c1a9be0774f2c";
  expect(text(`at ${commit} in https://host/x`)).toBe(`at ${commit} in https://host/x`);
});

test("quotes, tags and line ends of a secret are hidden as JSON, twice as JSON, and HTML", () => {
  const odd = 'pass"word<&>\\with\nlines and more';
  const json = JSON.stringify(odd);
  const html = odd
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
  for (const text of [odd, json, JSON.stringify(json), html])
    expect(redactor([odd]).text(`a ${text} b`)).not.toMatch(/word|lines/);
});

const long = Array.from({ length: 12 }, (_, n) => `canary-${n}-${(n * 7919) % 997}`).join("/");

test.each([64, 76])(
  "a secret that an encoder wrapped at %i letters is hidden, and the text around it stays",
  (width) => {
    for (const before of ["", "a", "ab", "x".repeat(50)]) {
      const encoded = Buffer.from(`${before}${long}zz`).toString("base64");
      const lines = encoded.replace(new RegExp(`.{${width}}`, "g"), "$&\n");
      const text = `start\n${lines}\nend\n`;
      const clean = redactor([long]).text(text);
      expect(clean).toMatch(/^start\n[\s\S]*\[redacted\][\s\S]*\nend\n$/);
      for (const piece of lines.split("\n").slice(1, -1)) expect(clean).not.toContain(piece);
      const stream = redactor([long]).stream();
      expect([...text].map((letter) => stream.write(letter)).join("") + stream.end()).toBe(clean);
    }
  },
);

test("tokens of ours are known by their shape", () => {
  expect(redactor([]).text("use tamma_local_abcdefghijklmnop1234")).toBe(`use ${redacted}`);
});

test("a stream hides what any cut divides", () => {
  const text = `start ${secret} then ${keys[0]}\nand ${spellings.base64}\nlast ${secret}`;
  const whole = redactor([secret]).text(text);
  for (let cut = 1; cut < text.length; cut++) {
    const stream = redactor([secret]).stream();
    expect(stream.write(text.slice(0, cut)) + stream.write(text.slice(cut)) + stream.end()).toBe(whole);
  }
});

test("a private key is hidden from its first to its last line, letter by letter", () => {
  const body = "MC4CAQAwBQYDK2VwBCIEIN0t4r34lk3y";
  const text = `a\n-----BEGIN PRIVATE KEY-----\n${body}\n-----END PRIVATE KEY-----\nb\n`;
  const stream = redactor([]).stream();
  const shown = [...text].map((letter) => stream.write(letter)).join("") + stream.end();
  expect(shown).toBe(`a\n${redacted}\nb\n`);
  expect(redactor([]).text(text)).toBe(`a\n${redacted}\nb\n`);
});

test("an endless line is let go in pieces, and a secret at the border stays hidden", () => {
  const stream = redactor([secret]).stream();
  const words = "word ".repeat(11_190);
  const shown = stream.write(`${words}${secret} ${"tail ".repeat(2_000)}`) + stream.end();
  expect(shown.length).toBeGreaterThan(60_000);
  expect(shown).not.toContain("canary");
  expect(shown).toContain(redacted);
});

test("short secrets are ordinary words and stay", () => {
  expect(redactor(["test", ""]).text("the test passed")).toBe("the test passed");
});
