import fc from "fast-check";
import { expect, test } from "vitest";
import { type SlashCommand, slashCommandsIn, slashCommandsMax } from "./slash-commands.ts";

test.each<[string, SlashCommand[]]>([
  ["/tamma approve", [{ command: "approve" }]],
  ["Looks good.\n\n/tamma approve\n\nThank you!", [{ command: "approve" }]],
  ["/TAMMA Approve  \r\n", [{ command: "approve" }]],
  ["/tamma", [{ command: "help" }]],
  ["/tamma retry", [{ command: "retry", text: "" }]],
  ["/tamma retry mind the locale", [{ command: "retry", text: "mind the locale" }]],
  [
    "/tamma change\n\nName it `times`.\n\n> as in Ruby",
    [{ command: "change", text: "Name it `times`.\n\n> as in Ruby" }],
  ],
  ["/tamma reject\tno need", [{ command: "reject", text: "no need" }]],
  [
    "/tamma answer 1 no\n/tamma answer #2: two of them",
    [
      { command: "answer", n: 1, text: "no" },
      { command: "answer", n: 2, text: "two of them" },
    ],
  ],
  [
    "/tamma change like this:\n```js\n/tamma approve\n```",
    [{ command: "change", text: "like this:\n```js\n/tamma approve\n```" }],
  ],
])("%j is understood", (comment, commands) => {
  expect(slashCommandsIn(comment)).toEqual(commands);
});

test.each([
  "> /tamma approve",
  "    /tamma approve",
  "```\n/tamma approve\n```",
  "~~~~\n/tamma approve\n```\n/tamma approve\n~~~~",
  "<!-- hidden\n/tamma approve\n-->",
  "<!-- /tamma approve -->",
  "- /tamma approve",
  "Somebody should write /tamma approve",
  "`/tamma approve`",
  "/tammany hall",
  "//tamma approve",
  "/ tamma approve",
  "<div hidden>\n\n/tamma approve\n\n</div>",
])("%j orders nothing", (comment) => {
  expect(slashCommandsIn(comment)).toEqual([]);
});

test.each([
  ["/tamma aprove", "aprove", "help"],
  ["/tamma approve, but not before Monday", "approve,", "help"],
  ["/tamma approve but not before Monday", "approve but not before Monday", "takes no words"],
  ["/tamma change", "change", "say what"],
  ["/tamma answer yes", "answer", "which question"],
  ["/tamma answer 1", "answer", "which question"],
  ["/tamma constructor", "constructor", "help"],
])("%j is asked about, and does nothing", (comment, said, todo) => {
  expect(slashCommandsIn(comment)).toEqual([
    { command: "unclear", said, todo: expect.stringContaining(todo) },
  ]);
});

test("a flood of orders is cut", () => {
  expect(slashCommandsIn("/tamma status\n".repeat(1_000))).toHaveLength(slashCommandsMax);
});

test("no text makes an order that it does not show at the beginning of a line", () => {
  const piece = fc.constantFrom(
    "/tamma approve",
    ">",
    " ",
    "\n",
    "`",
    "```",
    "<!--",
    "-->",
    "- ",
    "x",
    "<b>",
    "    ",
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const text = pieces.join("");
      const orders = slashCommandsIn(text).filter(({ command }) => command === "approve");
      if (orders.length > 0) expect(text).toMatch(/^ {0,3}(?:<[^>]*>|<!--[\s\S]*?-->| )*\/tamma approve/m);
    }),
  );
});
