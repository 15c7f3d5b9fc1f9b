/**
 * Code points that no reader sees, or that change the order in which text is read: with them a text says
 * one thing to a person and another to a model. Inclusive ranges; Unicode 16,
 * "Default_Ignorable_Code_Point" and the bidi controls.
 */
const invisible: readonly (readonly [from: number, to: number])[] = [
  [0x00, 0x08], // controls; tab and line feed stay
  [0x0b, 0x1f],
  [0x7f, 0x9f], // delete and the C1 controls
  [0xad, 0xad], // soft hyphen
  [0x034f, 0x034f], // combining grapheme joiner
  [0x061c, 0x061c], // Arabic letter mark (bidi)
  [0x115f, 0x1160], // Hangul fillers
  [0x17b4, 0x17b5], // Khmer inherent vowels
  [0x180b, 0x180f], // Mongolian variation selectors and vowel separator
  [0x200b, 0x200f], // zero-width space, joiners, marks of direction
  [0x202a, 0x202e], // bidi embeddings and overrides
  [0x2060, 0x206f], // word joiner, invisible operators, bidi isolates
  [0x3164, 0x3164], // Hangul filler
  [0xfe00, 0xfe0f], // variation selectors
  [0xfeff, 0xfeff], // byte order mark
  [0xffa0, 0xffa0], // half-width Hangul filler
  [0xfff0, 0xfffb], // interlinear annotations
  [0x1bca0, 0x1bca3], // shorthand format controls
  [0x1d173, 0x1d17a], // musical format controls
  [0xe0000, 0xe0fff], // tag characters and more variation selectors
];

/** `<!-->` and `<!--->` are whole comments in HTML; `--!>` ends one too. */
const closedComment = /<!--(?:-?>|[\s\S]*?--!?>)/g;

/**
 * At the beginning of a line an open comment hides all that follows; within a line it is ordinary text
 * (CommonMark).
 */
const openComment = /^ {0,3}<!--/m;

/**
 * Untrusted text as a person sees it: without HTML comments and without invisible characters. All that is
 * visible stays, also when it looks like an order. Sanitising twice changes nothing more.
 */
export function sanitise(text: string): string {
  const seen = dropInvisible(unifyLineEnds(text.toWellFormed()));
  // A space, because the two ends must not join to a new comment.
  const withoutClosed = seen.replace(closedComment, " ");
  const open = openComment.exec(withoutClosed);
  return open ? withoutClosed.slice(0, open.index) : withoutClosed;
}

function unifyLineEnds(text: string): string {
  return text.replace(/\r\n?|\u2028|\u2029/g, "\n");
}

function dropInvisible(text: string): string {
  let kept = "";
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    if (!invisible.some(([from, to]) => point >= from && point <= to)) kept += character;
  }
  return kept;
}
