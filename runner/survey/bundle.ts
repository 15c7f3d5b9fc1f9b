/** What the model reads of the repository before it plans (design, `survey`). */
export const bundleBytesMax = 60_000;

export interface Section {
  title: string;
  body: string;
  /** Room of this section alone; what is longer is cut and says so. */
  charsMax: number;
}

/**
 * One Markdown text of at most `bundleBytesMax` bytes; sections that find no room any more are left out by
 * name.
 */
export function bundle(sections: readonly Section[]): string {
  const parts: string[] = [];
  const missing: string[] = [];
  let size = 0;
  for (const section of sections) {
    if (section.body.trim() === "") continue;
    const text = `## ${section.title}\n\n${cut(section.body.trimEnd(), section.charsMax)}\n`;
    const bytes = Buffer.byteLength(text) + 1;
    // Room for the list of what is missing.
    if (size + bytes > bundleBytesMax - 1_000) missing.push(section.title);
    else {
      parts.push(text);
      size += bytes;
    }
  }
  if (missing.length > 0) parts.push(`Left out for want of room: ${missing.join(", ").slice(0, 800)}\n`);
  return parts.join("\n");
}

function cut(text: string, charsMax: number): string {
  if (text.length <= charsMax) return text;
  const end = text.lastIndexOf("\n", charsMax);
  return `${text.slice(0, end > 0 ? end : charsMax)}\n[... ${text.length - charsMax} characters more]`;
}

/** A fence that the text cannot close. */
export function fenced(text: string): string {
  const longest = Math.max(2, ...(text.match(/`{3,}/g) ?? []).map((run) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}\n${text.trimEnd()}\n${fence}`;
}
