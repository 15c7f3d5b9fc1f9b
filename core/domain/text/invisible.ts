/**
 * Escape sequences of terminals (ECMA-48): CSI, the strings OSC, DCS, SOS, PM and APC up to their end, and
 * two-letter ones. With the eight-bit introducers too. A string that never ends loses its introducer alone:
 * what follows stays visible. No alternative reads past the next introducer, so the search is linear.
 */
const terminalCode = new RegExp(
  [
    "(?:\\u001b\\[|\\u009b)[0-?]*[ -/]*[@-~]",
    "(?:\\u001b[\\]PX^_]|[\\u009d\\u0090\\u0098\\u009e\\u009f])" +
      "[^\\u0007\\u001b\\u0080-\\u009f]*(?:\\u0007|\\u001b\\\\|\\u009c)",
    "\\u001b[ -/]*[0-Z\\\\`-~]",
  ].join("|"),
  "g",
);

/**
 * Code points that no reader sees, or that turn the order in which text is read: controls but tab and line
 * feed, Unicode's "default ignorable" ones (zero width, bidi, soft hyphen, fillers, variation selectors, tag
 * characters), interlinear annotations, and surrogates without their half.
 */
const unseen = /(?![\t\n])[\p{Cc}\p{Cs}\p{Default_Ignorable_Code_Point}\u2028\u2029\ufff9-\ufffb]/gu;

/**
 * Sequences in which such a code point does something that a reader sees. At most one stands between two
 * visible ones, so nothing can be written with them: the picture form of an emoji (VS15, VS16), a joiner
 * between two pictures, a joiner between two letters of a script that needs it, and the three flags that
 * Unicode spells with tags (RGI_Emoji_Tag_Sequence: England, Scotland, Wales).
 */
const meaningful = new RegExp(
  [
    "(?<=[\\p{Emoji}\\p{So}\\p{Sm}\\u2190-\\u21ff])[\\ufe0e\\ufe0f]",
    "(?<=\\p{Extended_Pictographic}(?:\\ufe0f|\\p{Emoji_Modifier})?)\\u200d(?=\\p{Extended_Pictographic})",
    "(?<=[\\p{Script=Arabic}\\p{Script=Syriac}\\p{Script=Mongolian}])[\\u200c\\u200d](?=\\p{L})",
    `(?<=${["Deva", "Beng", "Guru", "Gujr", "Orya", "Taml", "Telu", "Knda", "Mlym", "Sinh", "Khmr"]
      .map((script) => `[\\p{Script=${script}}]`)
      .join("|")})[\\u200c\\u200d](?=\\p{L}|\\p{M})`,
    `(?<=\\u{1f3f4})(?:${["gbeng", "gbsct", "gbwls"].map(tagsOf).join("|")})`,
  ].join("|"),
  "gu",
);

function tagsOf(letters: string): string {
  const tags = [...letters].map((letter) => `\\u{${(0xe0000 + letter.charCodeAt(0)).toString(16)}}`);
  return `${tags.join("")}\\u{e007f}`;
}

/**
 * Text without what no reader sees, colours and links of terminals included. Line ends of all systems become
 * line feeds. Idempotent.
 */
export function withoutInvisible(text: string): string {
  return replaceUnseen(text, () => "");
}

/**
 * Text in which all that a reader would not see stands as a mark: `⟨U+202E⟩`. For names and titles that a
 * person decides about, where leaving it out would make two different names look the same.
 */
export function markInvisible(text: string): string {
  return replaceUnseen(text, (character) => {
    const point = character.codePointAt(0) ?? 0;
    return `\u27e8U+${point.toString(16).toUpperCase().padStart(4, "0")}\u27e9`;
  });
}

function replaceUnseen(text: string, replacement: (character: string) => string): string {
  const plain = text.replace(terminalCode, "").replace(/\r\n?|\u2028|\u2029/g, "\n");
  // `test` and `replace` of one expression: nearly all texts have nothing to replace.
  if (plain.search(unseen) < 0) return plain;
  let shown = "";
  let from = 0;
  for (const { 0: kept, index } of plain.matchAll(meaningful)) {
    shown += plain.slice(from, index).replace(unseen, replacement) + kept;
    from = index + kept.length;
  }
  return shown + plain.slice(from).replace(unseen, replacement);
}
