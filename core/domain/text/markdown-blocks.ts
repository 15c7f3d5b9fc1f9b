import { match, tagAt } from "./html-tag.ts";

/**
 * A piece of a Markdown document, whole lines each. `code` is shown letter by letter; a `definition` is not
 * shown at all; a `footnote` only where something refers to it.
 */
export type Region =
  | { kind: "prose" | "code"; text: string }
  | { kind: "definition"; label: string; target: string }
  | { kind: "footnote"; label: string; text: string };

interface Fence {
  mark: string;
  length: number;
  quotes: number;
  /** Columns that every line of it must be indented by: it stands in an item of a list. */
  offset: number;
}

/** Deeper than people nest; what is deeper is taken for text, and nothing behind it for code. */
const nestedMax = 100;
/** Longer than people draw a rule. */
const ruleCharsMax = 1_000;

const quoteMarks = new RegExp(`^(?: {0,3}>[ \\t]?){1,${nestedMax}}`);
const fenceOpen = /^(?:(`{3,})([^`\n]*)|(~{3,})([^\n]*))\n?$/;
const listMark = /^(?:[-+*]|(\d{1,9})[.)])(?=[ \t\n]|$)/;
const rule = /^(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})\n?$/;
const heading = /^#{1,6}(?:[ \t\n]|$)/;
const underline = /^(?:=+|-+)[ \t]*\n?$/;
const definition = [
  "\\[((?:[^[\\]\\\\\\n]|\\\\.){1,999})\\]:[ \\t]*(?:\\n[ \\t>]*)?(<[^<>\\n]*>|[^\\s<]\\S*)",
  "(?:[ \\t]+|[ \\t]*\\n[ \\t>]*)(?:\"[^\"]*\"|'[^']*'|\\([^()]*\\))",
  "[ \\t]*(?:\\n|$)",
] as const;
const titledDefinition = new RegExp(definition.join(""), "y");
const plainDefinition = new RegExp(definition[0] + definition[2], "y");
const footnote = /^\[\^([^\]\s]{1,200})\]:/;

/** CommonMark's HTML blocks 1 to 5: what begins them, and what the line that ends them holds. */
const rawBlocks: readonly (readonly [RegExp, RegExp])[] = [
  [/^<(?:script|pre|style|textarea)(?:[\s>]|$)/i, /<\/(?:script|pre|style|textarea)>/i],
  [/^<!--/, /-->/],
  [/^<\?/, /\?>/],
  [/^<![A-Za-z]/, />/],
  [/^<!\[CDATA\[/, /\]\]>/],
];
const blockNames = [
  "address|article|aside|base|basefont|blockquote|body|caption|center|col|colgroup|dd|details|dialog|dir|div",
  "dl|dt|fieldset|figcaption|figure|footer|form|frame|frameset|h[1-6]|head|header|hr|html|iframe|legend|li",
  "link|main|menu|menuitem|nav|noframes|ol|optgroup|option|p|param|search|section|summary|table|tbody|td",
  "tfoot|th|thead|title|tr|track|ul",
].join("|");
const blockTag = new RegExp(`^</?(?:${blockNames})(?:[\\s>]|/>|$)`, "i");

/**
 * The regions of a Markdown document, as CommonMark and GitHub's footnotes have them. Their texts put
 * together are the document, but for definitions and for words behind the language of a fenced block.
 */
export function markdownRegions(text: string): Region[] {
  const reader = new Reader(text);
  while (reader.more()) reader.line();
  return reader.regions;
}

/**
 * Has the text a quote in an item of a list, or more levels than people nest? Then some of its code is taken
 * for prose above.
 */
export function isTangled(text: string): boolean {
  const reader = new Reader(text);
  while (reader.more() && !reader.tangled) reader.line();
  return reader.tangled;
}

class Reader {
  readonly regions: Region[] = [];
  private readonly text: string;
  private at = 0;
  private fence: Fence | null = null;
  /** What ends the HTML block that we are in; "blank" is an empty line. */
  private html: { ends: RegExp | "blank"; quotes: number } | null = null;
  private paragraph = false;
  private quotes = 0;
  /** Columns at which the open items of lists have their content. */
  private items: number[] = [];
  /** A quote inside an item, or too deep: from here on nothing is taken for code. */
  tangled = false;

  constructor(text: string) {
    this.text = text;
  }

  more(): boolean {
    return this.at < this.text.length;
  }

  line(): void {
    const end = this.text.indexOf("\n", this.at) + 1 || this.text.length;
    const line = this.text.slice(this.at, end);
    const marks = quoteMarks.exec(line)?.[0] ?? "";
    const quotes = marks.length - marks.replaceAll(">", "").length;
    this.at = end;
    if (this.inFence(line, quotes) || this.inHtml(line, quotes)) return;
    const body = withoutTabs(line.slice(marks.length));
    if (body.trim() === "") {
      this.paragraph = false;
      if (quotes < this.quotes) this.enterQuotes(quotes);
      return this.add("prose", line);
    }
    if (quotes > this.quotes) this.paragraph = false;
    if (quotes !== this.quotes && !(quotes < this.quotes && this.paragraph && !begins(body.trimStart())))
      this.enterQuotes(quotes);
    if (quotes >= nestedMax) this.tangled = true;
    this.content(line, body);
  }

  private enterQuotes(quotes: number): void {
    this.quotes = quotes;
    this.items = [];
    this.paragraph = false;
  }

  /** A line of text; `body` is the line within its quotes. */
  private content(line: string, body: string): void {
    let indent = indentOf(body);
    let rest = body.slice(indent);
    const kept = this.items.filter((offset) => indent >= offset).length;
    if (kept < this.items.length) {
      // "Lazy": words that go on a paragraph need no indent.
      if (this.paragraph && !begins(rest)) return this.add("prose", line);
      this.items.length = kept;
      this.paragraph = false;
    }
    for (;;) {
      const base = this.items.at(-1) ?? 0;
      if (indent - base >= 4) {
        if (this.paragraph || this.tangled) return this.add("prose", line);
        return this.add("code", line);
      }
      const item = this.itemAt(rest);
      if (!item) break;
      const spaces = indentOf(rest.slice(item));
      const inner = rest.slice(item + spaces);
      const empty = inner.trim() === "";
      this.items.push(indent + item + (empty || spaces > 4 ? 1 : spaces));
      this.paragraph = false;
      if (empty) return this.add("prose", line);
      indent += item + spaces;
      rest = inner;
      if (rest.startsWith(">") || this.items.length >= nestedMax) this.tangled = true;
    }
    this.block(line, rest);
  }

  /** Width of the marker when `rest` begins an item of a list, else 0. */
  private itemAt(rest: string): number {
    if (this.items.length >= nestedMax || isRule(rest)) return 0;
    const mark = listMark.exec(rest);
    if (!mark) return 0;
    const interrupts = rest.slice(mark[0].length).trim() !== "" && (mark[1] === undefined || mark[1] === "1");
    return this.paragraph && this.items.length === 0 && !interrupts ? 0 : mark[0].length;
  }

  private block(line: string, rest: string): void {
    const fence = this.tangled ? null : fenceOpen.exec(rest);
    if (fence) {
      const mark = fence[1] ?? fence[3] ?? "";
      this.fence = {
        mark: mark.charAt(0),
        length: mark.length,
        quotes: this.quotes,
        offset: this.items.at(-1) ?? 0,
      };
      this.paragraph = false;
      return this.add("code", withoutInfo(line, fence[2] ?? fence[4] ?? ""));
    }
    if (this.beginsHtml(rest)) return this.add("prose", line);
    const note = footnote.exec(rest);
    if (note) return this.footnote(line, note[1] ?? "");
    if (!this.paragraph && rest.startsWith("[") && this.definition(this.at - rest.length)) return;
    this.paragraph = !(isRule(rest) || heading.test(rest) || (this.paragraph && underline.test(rest)));
    this.add("prose", line);
  }

  private inFence(line: string, quotes: number): boolean {
    const { fence } = this;
    if (!fence) return false;
    if (quotes < fence.quotes) {
      this.fence = null;
      return false;
    }
    let inner = line;
    for (let n = 0; n < fence.quotes; n += 1) inner = inner.replace(/^ {0,3}>[ \t]?/, "");
    inner = withoutTabs(inner);
    const indent = indentOf(inner);
    if (inner.trim() !== "" && indent < fence.offset) {
      this.fence = null;
      return false;
    }
    const closing = inner.slice(indent).trimEnd();
    const closes = indent - fence.offset < 4 && closing.length >= fence.length;
    if (closes && closing === fence.mark.repeat(closing.length)) this.fence = null;
    this.add("code", line);
    return true;
  }

  private inHtml(line: string, quotes: number): boolean {
    const { html } = this;
    if (!html) return false;
    const blank = line.replace(/[>\s]+/g, "") === "";
    const over = quotes < html.quotes || (html.ends === "blank" && blank);
    if (over) {
      this.html = null;
      return false;
    }
    if (html.ends !== "blank" && html.ends.test(line)) this.html = null;
    this.add("prose", line);
    return true;
  }

  private beginsHtml(rest: string): boolean {
    if (!rest.startsWith("<")) return false;
    const raw = rawBlocks.find(([begin]) => begin.test(rest));
    if (raw) {
      // The same line may end it; only what stands behind its beginning counts.
      if (!raw[1].test(rest.slice(2))) this.html = { ends: raw[1], quotes: this.quotes };
      this.paragraph = false;
      return true;
    }
    const alone = () => {
      const tag = this.paragraph ? null : tagAt(rest, 0, rest.length);
      return tag !== null && rest.slice(tag.end).trim() === "";
    };
    if (!blockTag.test(rest) && !alone()) return false;
    this.html = { ends: "blank", quotes: this.quotes };
    this.paragraph = false;
    return true;
  }

  /** Takes the definition of a link's target that begins at `start`, with a title on further lines. */
  private definition(start: number): boolean {
    const titled = match(titledDefinition, this.text, start);
    // What seems a title across an empty line is none.
    const found =
      titled && !/\n[ \t>]*\n/.test(titled[0].slice(0, -1))
        ? titled
        : match(plainDefinition, this.text, start);
    if (!found) return false;
    const target = found[2] ?? "";
    this.regions.push({ kind: "definition", label: labelOf(found[1] ?? ""), target });
    this.at = found.index + found[0].length;
    return true;
  }

  /** A footnote with the lines that go on with it: the rest of its paragraph, and what is indented below. */
  private footnote(line: string, label: string): void {
    let text = line;
    let blank = false;
    while (this.more()) {
      const end = this.text.indexOf("\n", this.at) + 1 || this.text.length;
      const next = this.text.slice(this.at, end);
      const empty = next.trim() === "";
      const indented = indentOf(withoutTabs(next)) >= 4;
      if (!empty && !indented && (blank || footnote.test(next.trimStart()) || begins(next))) break;
      blank = empty;
      text += next;
      this.at = end;
    }
    this.paragraph = false;
    this.regions.push({ kind: "footnote", label: labelOf(label), text });
  }

  private add(kind: "prose" | "code", text: string): void {
    if (kind === "code") this.paragraph = false;
    const last = this.regions.at(-1);
    if (last?.kind === kind) last.text += text;
    else this.regions.push({ kind, text });
  }
}

/** Does this begin a block that may interrupt a paragraph? */
function begins(rest: string): boolean {
  const html = rawBlocks.some(([begin]) => begin.test(rest)) || blockTag.test(rest);
  return html || isRule(rest) || [listMark, fenceOpen, heading, /^>/].some((one) => one.test(rest));
}

function isRule(rest: string): boolean {
  return rest.length <= ruleCharsMax && rule.test(rest);
}

/** The line that opens a fence, with the language alone: what else stands there, no reader sees. */
function withoutInfo(line: string, info: string): string {
  const language = /^[\w+#.-]{1,30}(?=\s|$)/.exec(info.trim())?.[0] ?? "";
  return info.trim() === language ? line : line.replace(info, () => language);
}

/** CommonMark compares labels without case and with one space for many. */
export function labelOf(label: string): string {
  return label.trim().replace(/\s+/g, " ").toLowerCase().toUpperCase();
}

function indentOf(line: string): number {
  return line.length - line.replace(/^ +/, "").length;
}

/** Tabs at the beginning of a line stand for the spaces to the next multiple of four. */
function withoutTabs(line: string): string {
  const lead = /^[ \t]*/.exec(line)?.[0] ?? "";
  if (!lead.includes("\t")) return line;
  let columns = 0;
  for (const letter of lead) columns += letter === "\t" ? 4 - (columns % 4) : 1;
  return " ".repeat(columns) + line.slice(lead.length);
}
