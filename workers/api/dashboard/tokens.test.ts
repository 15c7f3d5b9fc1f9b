import { expect, test } from "vitest";
import { styleSheet } from "./style.ts";
import { type Token, tokens } from "./tokens.ts";

/** WCAG 2.1: text needs 4.5 to 1, borders of controls 3 to 1. */
const textMin = 4.5;
const controlMin = 3;

/** Relative luminance, WCAG 2.1, of "#rrggbb". */
function luminance(color: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

const tones = ["accent", "success", "failure", "needs"] as const;
const onPage: Token[] = ["text", "muted", ...tones];
const tints: Token[] = tones.map((tone) => `${tone}-tint` as const);
const textPairs: [Token, Token][] = [
  ...onPage.flatMap((tone): [Token, Token][] => [
    [tone, "bg"],
    [tone, "surface"],
  ]),
  ...tones.map((tone): [Token, Token] => [tone, `${tone}-tint`]),
  ...tints.flatMap((tint): [Token, Token][] => [
    ["text", tint],
    ["muted", tint],
  ]),
  // The primary button is the page's colour on the accent.
  ["bg", "accent"],
];

test.each([
  ["light", 0],
  ["dark", 1],
] as const)("text can be read on everything that it stands on, %s", (_, theme) => {
  const poor = textPairs
    .map(([front, back]) => ({ front, back, ratio: contrast(tokens[front][theme], tokens[back][theme]) }))
    .filter(({ ratio }) => ratio < textMin);
  expect(poor).toEqual([]);
});

test.each([
  ["light", 0],
  ["dark", 1],
] as const)("borders of controls can be seen, %s", (_, theme) => {
  for (const back of ["bg", "surface"] as const)
    expect(contrast(tokens.control[theme], tokens[back][theme])).toBeGreaterThanOrEqual(controlMin);
});

test("the style sheet keeps to its 10 KB and to the tokens", () => {
  expect(new TextEncoder().encode(styleSheet).byteLength).toBeLessThanOrEqual(10 * 1024);
  const known = new Set<string>(Object.values(tokens).flat());
  const used = styleSheet.match(/#[0-9a-f]{3,8}\b/gi) ?? [];
  expect(used.filter((color) => !known.has(color))).toEqual([]);
});
