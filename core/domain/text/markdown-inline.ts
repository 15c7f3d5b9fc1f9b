import { referenceText } from "./entities.ts";
import { hidesContent, match, type Tag, tagAt } from "./html-tag.ts";
import { labelOf } from "./markdown-blocks.ts";

/** What the text of a document may refer to. */
export interface Targets {
  /** Targets of links by their label. */
  links: ReadonlyMap<string, string>;
  /** How many characters of targets may still be written into the text: one may be used a thousand times. */
  room: number;
}

/** Longer labels are none (CommonMark). */
const labelCharsMax = 999;
/** A longer address says nothing to a reader, and can say a lot to a model. */
const targetCharsMax = 500;
/** Marks of quotes and lists before a block are fewer. */
const markersCharsMax = 200;

const ticksAt = /`+/y;
const autolinkAt = /<(?:[A-Za-z][A-Za-z0-9+.-]{1,31}:[^\s<>]*|[\w.!#$%&'*+/=?^{|}~-]+@[\w.-]+)>/y;
const inlineTargetAt = /\([ \t]*\n?[ \t]*(<[^<>\n]*>|[^\s()<]?(?:[^\s()\\]|\\.|\([^\s()]*\))*)/y;
const titleAt = /[ \t]*\n?[ \t]*(?:"[^"]*"|'[^']*'|\([^()]*\))?[ \t]*\n?[ \t]*\)/y;
const referenceAt = /\[((?:[^[\]\\]|\\.)*)\]/y;
/** A picture, a sound or a program inside an address. */
const dataUrl = /data:[\w/+.-]{0,60}(?:;[\w=.-]{1,40}){0,4};base64,[A-Za-z0-9+/=_-]{40,}/gi;
const leftOut = "data:(left out)";

/** Writes regions of prose and code one after the other, leaving out what a reader does not see. */
export class VisibleWriter {
  private readonly targets: Targets;
  private readonly parts: string[] = [];
  /** The element that hides what is being read, and how many of its name are open in it. */
  private hiding: { name: string; depth: number } | null = null;

  constructor(targets: Targets) {
    this.targets = targets;
  }

  text(): string {
    return this.parts.join("");
  }

  code(text: string): void {
    if (this.hiding === null) this.parts.push(text);
  }

  prose(text: string): void {
    new Prose(text, this, this.targets).read();
  }

  /** Writes what is seen, unless something hides it. */
  put(text: string): void {
    if (this.hiding === null && text !== "") this.parts.push(text);
  }

  mark(): number {
    return this.parts.length;
  }

  /** What was written since `mark`, taken back: the words of a link that is written otherwise. */
  take(mark: number): string {
    return this.parts.splice(mark).join("");
  }

  /** @param closes is an element of this name closed later on? */
  tag(tag: Tag, closes: () => boolean): void {
    const { hiding } = this;
    if (hiding !== null) {
      if (tag.name === hiding.name) hiding.depth += tag.kind === "open" ? 1 : -1;
      if (hiding.depth === 0) this.hiding = null;
      return;
    }
    if (tag.kind === "close") return this.put(`</${tag.written}>`);
    const hides = hidesContent(tag);
    if (hides === "always" || (hides === "when-closed" && closes())) {
      // A space, because what stands around it must not grow together to something new.
      this.put(" ");
      this.hiding = { name: tag.name, depth: 1 };
      return;
    }
    this.put(bareTag(tag));
  }
}

/** A tag without what it says to programs alone. Of a link the target stays, of a picture its host. */
function bareTag({ name, written, attributes }: Tag): string {
  if (name === "img") return pictureText(attributes.get("src") ?? "");
  const target = name === "a" ? targetText(attributes.get("href") ?? "") : "";
  return target === "" ? `<${written}>` : `<${written} href="${target}">`;
}

function pictureText(source: string): string {
  const url = URL.canParse(source) ? new URL(source) : null;
  return url?.host ? `(image from ${url.host})` : "(image)";
}

/** The target of a link as it may stand in the text; "" when it is none that a browser opens as a page. */
function targetText(target: string): string {
  const plain = target.replace(/^<|>$/g, "").replace(/[\s"<>`\\()[\]]/g, encodeURIComponent);
  if (/^[a-z][a-z0-9+.-]*:/i.test(plain) && !/^(?:https?|mailto|ftp):/i.test(plain)) return "";
  return plain.length > targetCharsMax ? `${plain.slice(0, targetCharsMax).toWellFormed()}...` : plain;
}

/** One run of prose, left to right: the construct that begins first wins (CommonMark, "Inlines"). */
class Prose {
  private readonly text: string;
  private readonly out: VisibleWriter;
  private readonly targets: Targets;
  private at = 0;
  private from = 0;
  /** Where the paragraph ends that we are in. */
  private end = 0;
  /** Open brackets: where their words begin, in the text and in what was written. */
  private readonly brackets: { at: number; mark: number; picture: boolean; inner: boolean }[] = [];
  /** Positions of the runs of backticks of this paragraph, by length, the last one first. */
  private ticks = new Map<number, number[]>();
  /** Ends of comments and the like that do not come any more. */
  private readonly endless = new Set<string>();
  /** Where elements of a name are closed for the last time. */
  private readonly closings = new Map<string, number>();

  constructor(text: string, out: VisibleWriter, targets: Targets) {
    this.text = text;
    this.out = out;
    this.targets = targets;
  }

  read(): void {
    const special = /[\\`<&![\]]/g;
    while (this.at < this.text.length) {
      if (this.at >= this.end) this.paragraph();
      special.lastIndex = this.at;
      const next = special.exec(this.text)?.index ?? this.text.length;
      this.at = Math.min(next, this.end);
      if (this.at < this.end) this.one(this.text.charAt(this.at));
    }
    this.flush();
  }

  private paragraph(): void {
    const gap = /\n[ \t>]*\n/g;
    gap.lastIndex = this.at;
    const found = gap.exec(this.text);
    this.end = found ? found.index + found[0].length : this.text.length;
    this.brackets.length = 0;
    this.ticks = new Map();
    const run = /`+/g;
    run.lastIndex = this.at;
    for (let ticks = run.exec(this.text); ticks && ticks.index < this.end; ticks = run.exec(this.text)) {
      const places = this.ticks.get(ticks[0].length) ?? [];
      places.push(ticks.index);
      this.ticks.set(ticks[0].length, places);
    }
    for (const places of this.ticks.values()) places.reverse();
  }

  /** What stands between `from` and here is written as it is. */
  private flush(): void {
    this.out.put(this.text.slice(this.from, this.at).replace(dataUrl, leftOut));
    this.from = this.at;
  }

  private skipTo(end: number): void {
    this.at = end;
    this.from = end;
  }

  private one(letter: string): void {
    switch (letter) {
      case "\\":
        this.at = Math.min(this.at + 2, this.text.length);
        return;
      case "`":
        return this.codeSpan();
      case "<":
        return this.angle();
      case "&":
        return this.reference();
      case "!":
        if (this.text[this.at + 1] !== "[") this.at += 1;
        else this.openBracket(true);
        return;
      case "[":
        return this.openBracket(false);
      default:
        return this.closeBracket();
    }
  }

  private codeSpan(): void {
    const run = match(ticksAt, this.text, this.at)?.[0].length ?? 1;
    const places = this.ticks.get(run) ?? [];
    while (places.length > 0 && (places.at(-1) ?? 0) <= this.at) places.pop();
    const close = places.at(-1);
    if (close === undefined) {
      this.at += run;
      return;
    }
    this.flush();
    this.at = close + run;
    this.out.put(this.text.slice(this.from, this.at));
    this.from = this.at;
  }

  private reference(): void {
    const found = referenceText(this.text, this.at);
    if (!found) {
      this.at += 1;
      return;
    }
    this.flush();
    this.out.put(found.text);
    this.skipTo(found.end);
  }

  private angle(): void {
    const autolink = match(autolinkAt, this.text, this.at);
    if (autolink) {
      this.at += autolink[0].length;
      return;
    }
    const hidden = this.comment() ?? this.declaration();
    if (hidden !== null) {
      this.flush();
      // A space, because the two ends must not join to something new.
      this.out.put(hidden === this.text.length && !this.text.endsWith(">") ? "" : " ");
      return this.skipTo(hidden);
    }
    const tag = tagAt(this.text, this.at, this.beginsLine() ? this.text.length : this.end);
    if (!tag) {
      this.at += 1;
      return;
    }
    this.flush();
    this.out.tag(tag, () => this.lastClosing(tag.name) > this.at);
    this.skipTo(tag.end);
  }

  private lastClosing(name: string): number {
    const known = this.closings.get(name);
    if (known !== undefined) return known;
    const last = this.text.toLowerCase().lastIndexOf(`</${name}`);
    this.closings.set(name, last);
    return last;
  }

  /** Where the comment ends that begins here; null when none does. */
  private comment(): number | null {
    const { text, at } = this;
    if (!text.startsWith("<!--", at)) return null;
    const short = /^<!---?>/.exec(text.slice(at, at + 6));
    if (short) return at + short[0].length;
    const close = this.endless.has("-->") ? null : matchFrom(/--!?>/g, text, at + 4);
    if (close === null) this.endless.add("-->");
    const limit = this.beginsLine() ? text.length : this.end;
    if (close !== null && close <= limit) return close;
    // At the beginning of a line an open comment hides all that follows; within a line it is text.
    return this.beginsLine() ? text.length : null;
  }

  /** `<?...?>`, `<!DOCTYPE ...>` and `<![CDATA[...]]>`: their ends, when they have one. */
  private declaration(): number | null {
    const { text, at } = this;
    const limit = this.beginsLine() ? text.length : this.end;
    const ends = text.startsWith("<?", at)
      ? "?>"
      : text.startsWith("<![CDATA[", at)
        ? "]]>"
        : /^<![A-Za-z]/.test(text.slice(at, at + 3))
          ? ">"
          : null;
    if (ends === null) return null;
    if (this.endless.has(ends)) return null;
    const close = text.indexOf(ends, at + 2);
    if (close < 0) this.endless.add(ends);
    return close < 0 || close + ends.length > limit ? null : close + ends.length;
  }

  private beginsLine(): boolean {
    // Only a little way back, or a long line of brackets would be read once for each of them.
    const before = this.text.slice(Math.max(0, this.at - markersCharsMax), this.at);
    const line = before.slice(before.lastIndexOf("\n") + 1);
    return line.length < markersCharsMax && /^(?:[\s>*+-]|\d{1,9}[.)]\s)*$/.test(line);
  }

  private openBracket(picture: boolean): void {
    for (let n = this.brackets.length - 1; n >= 0; n -= 1) {
      const outer = this.brackets[n];
      if (!outer || outer.inner) break;
      outer.inner = true;
    }
    this.flush();
    const mark = this.out.mark();
    this.at += picture ? 2 : 1;
    this.brackets.push({ at: this.at, mark, picture, inner: false });
    this.out.put(this.text.slice(this.from, this.at));
    this.from = this.at;
  }

  private closeBracket(): void {
    const bracket = this.brackets.pop();
    const target = bracket ? this.targetBehind(bracket) : null;
    if (!bracket || !target) {
      this.at += 1;
      return;
    }
    this.flush();
    const words = this.out.take(bracket.mark).slice(bracket.picture ? 2 : 1);
    this.skipTo(target.end);
    if (bracket.picture) return this.out.put(pictureText(target.target));
    // No link stands in a link.
    for (let n = this.brackets.length - 1; n >= 0; n -= 1)
      if (!this.brackets[n]?.picture) this.brackets.splice(n, 1);
    this.out.put(this.linkText(words, target.target));
  }

  /** The words of a link beside its target. */
  private linkText(words: string, target: string): string {
    const shown = targetText(target);
    if (shown === "") return `[${words}](left-out)`;
    return `[${words}](${shown})`;
  }

  private targetBehind(bracket: { at: number; inner: boolean }): { target: string; end: number } | null {
    const behind = this.at + 1;
    const inline = match(inlineTargetAt, this.text, behind);
    const title = inline && match(titleAt, this.text, behind + inline[0].length);
    if (inline && title && behind + inline[0].length + title[0].length <= this.end)
      return { target: inline[1] ?? "", end: behind + inline[0].length + title[0].length };
    const label = match(referenceAt, this.text, behind);
    if (label && label[0].length <= labelCharsMax && label[1] !== "")
      return this.labelled(label[1] ?? "", behind + label[0].length);
    if (bracket.inner || this.at - bracket.at > labelCharsMax) return null;
    const own = this.text.slice(bracket.at, this.at);
    return this.labelled(own, behind + (label?.[1] === "" ? 2 : 0));
  }

  private labelled(label: string, end: number): { target: string; end: number } | null {
    const target = this.targets.links.get(labelOf(label));
    if (target === undefined) return null;
    const used = Math.min(target.length, targetCharsMax);
    this.targets.room -= used;
    return { target: this.targets.room < 0 ? "" : target, end };
  }
}

function matchFrom(expression: RegExp, text: string, from: number): number | null {
  expression.lastIndex = from;
  const found = expression.exec(text);
  return found ? found.index + found[0].length : null;
}
