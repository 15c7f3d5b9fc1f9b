import { type CodeSpans, codeSpansOf, withoutCodeSpans } from "./code-spans.ts";
import { isTangled, markdownRegions } from "./markdown-blocks.ts";

/**
 * Whose words a line holds. `own`: the writer's, for sure. `list`: the writer's or another's, in an item of a
 * list. `doubtful`: perhaps within a quote or code, which go on over lines without a mark of their own.
 * `quoted`: behind the mark of a quote, or code, or a footnote.
 */
export type Whose = "own" | "list" | "doubtful" | "quoted";

export interface CommentLine {
  readonly text: string;
  readonly whose: Whose;
  /** May this place in the line be within a code span that perhaps began on a line before? */
  mayBeCode(at: number): boolean;
}

const quoteMark = /^[ \t]*>/;
const listMark = /^[ \t]*(?:[-+*]|\d{1,9}[.)])(?=[ \t]|$)/;
/** A fence wherever it stands: what it holds is found by Markdown's own rules, if they can be followed. */
const fenceMark = /^[ \t]*(`{3,}(?=[^`]*$)|~{3,})/;
/** Elements that show words of others, code, or nothing until somebody unfolds them. */
const tag = /<(\/?)(blockquote|q|cite|pre|code|samp|kbd|tt|xmp|listing|plaintext|del|s|strike|details)\b/gi;

/**
 * The lines of a comment in Markdown. A reader of a page sees at once where a quote or code ends; where that
 * depends on finer points of Markdown, the line is `doubtful` here.
 */
export function ownLines(text: string): CommentLine[] {
  const reader = new Lines(isTangled(text));
  for (const region of markdownRegions(text)) {
    if (!("text" in region)) continue;
    const lines = region.text.replace(/\n$/, "").split("\n");
    if (region.kind === "prose") for (const line of lines) reader.prose(line);
    else reader.others(lines);
  }
  return reader.end();
}

interface Paragraph {
  readonly lines: string[];
  chars: number;
  backticks: boolean;
  /** Made when somebody asks. */
  spans: CodeSpans | null;
}

class Lines {
  private readonly lines: CommentLine[] = [];
  /** What stands between two empty lines: no code span goes further. */
  private paragraph: Paragraph = emptyParagraph();
  private quote = false;
  private list = false;
  private afterBlank = true;
  private fence: { letter: string; length: number } | null = null;
  /** How many elements of a name are open, by where they were opened. */
  private readonly elements = new Map<string, number>();
  private readonly tangled: boolean;

  /** @param tangled nobody can say for sure what is code in this text */
  constructor(tangled: boolean) {
    this.tangled = tangled;
  }

  end(): CommentLine[] {
    return this.lines;
  }

  /** Code, or a footnote. */
  others(texts: readonly string[]): void {
    this.outOfList(texts[0] ?? "");
    this.newParagraph();
    this.afterBlank = false;
    for (const text of texts) this.lines.push({ text, whose: "quoted", mayBeCode: () => true });
  }

  prose(text: string): void {
    if (text.trim() === "") {
      this.newParagraph();
      this.quote = false;
      this.afterBlank = true;
      this.lines.push({ text, whose: this.fence ? "doubtful" : "own", mayBeCode: () => false });
      return;
    }
    this.outOfList(text);
    this.afterBlank = false;
    const { quoted, rest } = this.marks(text);
    const fenced = this.inFence(rest);
    const inElement = this.inElement(rest, quoted || this.quote || this.list ? "within" : "");
    const doubtful = this.quote || fenced || inElement || this.tangled;
    const whose = quoted ? "quoted" : doubtful ? "doubtful" : this.list ? "list" : "own";
    const { paragraph } = this;
    const start = paragraph.chars;
    paragraph.lines.push(text);
    paragraph.chars += text.length + 1;
    paragraph.backticks ||= text.includes("`");
    const mayBeCode = (at: number) => {
      paragraph.spans ??= codeSpansOf(paragraph.lines.join("\n"));
      return paragraph.spans.mayHold(start + at);
    };
    this.lines.push({ text, whose, mayBeCode });
  }

  /** A list ends with a line at the margin behind an empty one. */
  private outOfList(text: string): void {
    if (this.afterBlank && /^\S/.test(text)) this.list = false;
  }

  private newParagraph(): void {
    this.paragraph = emptyParagraph();
  }

  /** Takes the marks of quotes and items off a line. */
  private marks(text: string): { quoted: boolean; rest: string } {
    let quoted = false;
    let rest = text;
    for (;;) {
      const mark = quoteMark.exec(rest) ?? listMark.exec(rest);
      if (!mark) return { quoted, rest };
      if (mark[0].endsWith(">")) {
        quoted = true;
        this.quote = true;
      } else this.list = true;
      rest = rest.slice(mark[0].length);
    }
  }

  /** A fence within prose is one that could not be followed. */
  private inFence(rest: string): boolean {
    const { fence } = this;
    const mark = fenceMark.exec(rest)?.[1];
    if (fence === null) {
      if (mark) this.fence = { letter: mark.charAt(0), length: mark.length };
      return mark !== undefined;
    }
    const closes = mark?.startsWith(fence.letter) && mark.length >= fence.length && rest.trim() === mark;
    if (closes) this.fence = null;
    return true;
  }

  /** Is one open at the line's beginning or in it? Only what stands beside its beginning closes it. */
  private inElement(rest: string, place: string): boolean {
    let open = [...this.elements.values()].some((count) => count > 0);
    // Only where no span can have begun on a line before is it clear what is code.
    const seen = this.paragraph.backticks ? rest : withoutCodeSpans(rest);
    for (const [, closing, name] of seen.matchAll(tag)) {
      const key = `${place} ${name?.toLowerCase()}`;
      const count = (this.elements.get(key) ?? 0) + (closing ? -1 : 1);
      this.elements.set(key, Math.max(0, count));
      open = true;
    }
    return open;
  }
}

function emptyParagraph(): Paragraph {
  return { lines: [], chars: 0, backticks: false, spans: null };
}
