/** A tag of HTML as CommonMark reads it (0.31, "Raw HTML"). */
export interface Tag {
  /** In small letters. */
  name: string;
  /** The name as it was written. */
  written: string;
  kind: "open" | "close";
  attributes: ReadonlyMap<string, string>;
  /** The position behind it. */
  end: number;
}

const nameAt = /<(\/?)([A-Za-z][A-Za-z0-9-]*)/y;
const attributeAt = /[ \t\n]+([A-Za-z_:][\w.:-]*)/y;
const equalsAt = /[ \t\n]*=[ \t\n]*/y;
const bareAt = /[^\s"'=<>`]+/y;
const closeAt = /[ \t\n]*\/?>/y;

/**
 * The tag that begins at `at`, or null when none does. It ends before `limit`. Reads a quoted value at most
 * up to the next quote of its kind, so that a text of nothing but begun tags takes linear time.
 */
export function tagAt(text: string, at: number, limit: number): Tag | null {
  const head = match(nameAt, text, at);
  if (!head) return null;
  const written = head[2] ?? "";
  const name = written.toLowerCase();
  const attributes = new Map<string, string>();
  let end = at + head[0].length;
  for (;;) {
    const close = match(closeAt, text, end);
    if (close) {
      end += close[0].length;
      return end <= limit ? { name, written, kind: head[1] ? "close" : "open", attributes, end } : null;
    }
    const attribute = match(attributeAt, text, end);
    if (!attribute || end > limit) return null;
    end += attribute[0].length;
    const value = valueAt(text, end);
    if (value === null) return null;
    end = value.end;
    // The first of two counts, as in browsers.
    const key = (attribute[1] ?? "").toLowerCase();
    if (!attributes.has(key)) attributes.set(key, value.text);
  }
}

function valueAt(text: string, at: number): { text: string; end: number } | null {
  const equals = match(equalsAt, text, at);
  if (!equals) return { text: "", end: at };
  const from = at + equals[0].length;
  const quote = text[from];
  if (quote === '"' || quote === "'") {
    const to = text.indexOf(quote, from + 1);
    return to < 0 ? null : { text: text.slice(from + 1, to), end: to + 1 };
  }
  const bare = match(bareAt, text, from);
  return bare ? { text: bare[0], end: from + bare[0].length } : null;
}

/** The match of a sticky expression at `at`. */
export function match(expression: RegExp, text: string, at: number): RegExpExecArray | null {
  expression.lastIndex = at;
  return expression.exec(text);
}

/** Elements whose content no browser shows. `svg` and `object` show something, but not their text. */
const withoutText = new Set(
  "script style template noscript iframe object head svg noembed noframes datalist audio video canvas".split(
    " ",
  ),
);
const voids = new Set("area base br col embed hr img input link meta source track wbr".split(" "));
const hidingStyle = new RegExp(
  [
    "display\\s*:\\s*none",
    "visibility\\s*:\\s*(?:hidden|collapse)",
    "content-visibility\\s*:\\s*hidden",
    "(?:font-size|opacity|max-width|max-height|width|height)\\s*:\\s*0(?![.\\d]*[1-9])",
    "(?:text-indent|left|right|top|bottom|margin(?:-\\w+)?)\\s*:\\s*-\\d{3}",
    "(?:^|;)\\s*color\\s*:\\s*(?:transparent|white|#fff(?:fff)?\\b|rgba\\([^)]*,\\s*0\\s*\\))",
    "clip(?:-path)?\\s*:",
  ].join("|"),
  "i",
);
const hidingClass = /(?:^|\s)(?:sr-only|visually-?hidden|screen-reader-text|hidden|d-none)(?:\s|$)/i;

/** Does this opening tag hide what stands in its element? `always`: also when the element is never closed. */
export function hidesContent({ name, attributes }: Tag): "always" | "when-closed" | null {
  if (voids.has(name)) return null;
  const asked =
    attributes.has("hidden") ||
    hidingStyle.test(attributes.get("style") ?? "") ||
    hidingClass.test(attributes.get("class") ?? "");
  if (asked) return "always";
  return withoutText.has(name) ? "when-closed" : null;
}
