/** Texts of about `chars` characters that a careless reader of Markdown reads once for each character. */
export function heavyTexts(chars: number): [name: string, text: string][] {
  const pieces = [
    ..."[ ] ( > < & ` * ! - \\".split(" "),
    ...[
      "[a](",
      "*a_ ",
      "<!--",
      "&amp;",
      "![",
      "- ",
      "a\n",
      "<a b='",
      "<a b=\"<c d='",
      "[a]: b\n",
      '[a]: b\n"',
    ],
    ...[
      '[a]: b\n"\n\n',
      "[^a",
      "[a]",
      "<div hidden>",
      "<script>",
      "<?",
      "<!A",
      "<![CDATA[",
      "```\n",
      "[a]((",
      "[a](b(c",
    ],
    ...[
      "[a][b",
      "\t",
      "> - ",
      "[[a]",
      '[a](b "',
      "<p ",
      "\n>",
      "data:a;a",
      "[^a]: x\n",
      "<a@",
      "<a:",
      "&#38;",
      "`a``b",
    ],
    ...["\u200b", "\u001b]", "\u001b[1;", "\u009d", "\u{1F600}\u200d", "\u{1F3F4}\u{E0067}", "\n\n", " "],
  ];
  const repeated = pieces.map((piece): [string, string] => [
    JSON.stringify(piece),
    piece.repeat(Math.ceil(chars / piece.length)),
  ]);
  const runs = Array.from({ length: Math.floor(Math.sqrt(2 * chars)) }, (_, n) => `${"`".repeat(n + 1)} `);
  return [
    ...repeated,
    ["backticks of every length", runs.join("")],
    ["deep brackets", "[".repeat(chars / 2) + "]".repeat(chars / 2)],
    ["one definition used often", `[a]: ${"x".repeat(400)}\n\n${"[a]".repeat(chars / 3)}`],
  ];
}
