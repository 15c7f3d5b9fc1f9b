import fc from "fast-check";
import { expect, test } from "vitest";
import { canonicalJson } from "./canonical-json.ts";

/** Numbers of RFC 8785, appendix B. */
test.each([
  [0, "0"],
  [-0, "0"],
  [5e-324, "5e-324"],
  [-5e-324, "-5e-324"],
  [1.7976931348623157e308, "1.7976931348623157e+308"],
  [9007199254740992, "9007199254740992"],
  [295147905179352830000, "295147905179352830000"],
  [9.999999999999997e22, "9.999999999999997e+22"],
  [1e23, "1e+23"],
  [1.0000000000000001e23, "1.0000000000000001e+23"],
  [999999999999999700000, "999999999999999700000"],
  [999999999999999900000, "999999999999999900000"],
  [1e21, "1e+21"],
  [9.999999999999997e-7, "9.999999999999997e-7"],
  [0.000001, "0.000001"],
  [333333333.3333332, "333333333.3333332"],
  [-0.0000033333333333333333, "-0.0000033333333333333333"],
])("the number %d is written %s", (number, text) => {
  expect(canonicalJson(number)).toBe(text);
});

test("members are sorted by UTF-16 code units, as in RFC 8785 section 3.2.3", () => {
  const sample = {
    ...{ "\u20ac": "Euro Sign", "\r": "Carriage Return", "\ufb33": "Hebrew Letter Dalet With Dagesh" },
    ...{ "1": "One", "\u{1f600}": "Emoji: Grinning Face", "\u0080": "Control", ö: "Latin Small Letter O" },
  };
  const values = Object.values(JSON.parse(canonicalJson(sample)) as Record<string, string>);
  // JSON.parse puts an integer-like name first, as every object does; the text itself is asked below.
  expect(values).toHaveLength(7);
  expect(canonicalJson(sample)).toBe(
    '{"\\r":"Carriage Return","1":"One","\u0080":"Control","ö":"Latin Small Letter O",' +
      '"\u20ac":"Euro Sign","\u{1f600}":"Emoji: Grinning Face","\ufb33":"Hebrew Letter Dalet With Dagesh"}',
  );
});

test("strings are written as in the sample of RFC 8785", () => {
  const sample = {
    numbers: [Number("333333333.33333329"), 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
    string: "\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"\u002f",
    literals: [null, true, false],
  };
  expect(canonicalJson(sample)).toBe(
    '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],' +
      '"string":"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
  );
});

test("nested members are sorted at every depth, and arrays keep their order", () => {
  expect(canonicalJson({ b: [{ d: 1, c: 2 }, []], a: { z: {}, y: null } })).toBe(
    '{"a":{"y":null,"z":{}},"b":[{"c":2,"d":1},[]]}',
  );
});

test("what is undefined is left out, and is null within an array, as JSON does it", () => {
  expect(canonicalJson({ a: undefined, b: [undefined, 1] })).toBe('{"b":[null,1]}');
});

test.each([
  ["NaN", Number.NaN],
  ["infinity", Number.POSITIVE_INFINITY],
  ["a function", () => 1],
  ["a bigint", 1n],
  ["undefined alone", undefined],
  ["a symbol", Symbol("s")],
])("%s has no JSON form", (_, value) => {
  expect(() => canonicalJson(value)).toThrow(TypeError);
});

test("it means the same as JSON, and does not depend on the order of members", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = canonicalJson(value);
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      expect(canonicalJson(JSON.parse(text))).toBe(text);
      expect(canonicalJson(reversed(value))).toBe(text);
    }),
    { seed: 8785, numRuns: 200 },
  );
});

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).map(([name, member]) => [name, reversed(member)] as const);
  return Object.fromEntries(members.reverse());
}
