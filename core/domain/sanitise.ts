import { withoutInvisible } from "./text/invisible.ts";
import { labelOf, markdownRegions } from "./text/markdown-blocks.ts";
import { VisibleWriter } from "./text/markdown-inline.ts";

/**
 * Taking something out can make new markup of what stood around it. Text of people is quiet after one round;
 * text that was built to survive them gets this many, and is then written without any markup.
 */
const roundsMax = 6;
/** So many characters of link targets may be written into a text besides its own length. */
const targetRoomChars = 10_000;

/**
 * Markdown of people as a reader of the rendered page sees it: without comments, hidden elements,
 * attributes, titles, descriptions of pictures, definitions that nothing shows, and invisible characters.
 * Links keep words and target, `<details>` and other tags their name, code stays letter by letter. All that
 * is visible stays, also when it looks like an order. Sanitising twice changes nothing more, and the time
 * grows with the length of the text alone.
 */
export function sanitise(text: string): string {
  let seen = withoutInvisible(text);
  for (let round = 0; round < roundsMax; round += 1) {
    const next = withoutInvisible(visibleMarkdown(seen));
    if (next === seen) return seen;
    seen = next;
  }
  return withoutMarkup(seen);
}

/**
 * Text that is shown letter by letter (code, diffs, logs): without invisible characters and colours of
 * terminals, and otherwise as it is.
 */
export function sanitiseVerbatim(text: string): string {
  return withoutInvisible(text);
}

function visibleMarkdown(text: string): string {
  // Nearly all that hides needs one of these.
  if (!/[<&[\]`~]|data:/i.test(text)) return text;
  const regions = markdownRegions(text);
  const links = new Map<string, string>();
  // The first of two definitions counts.
  for (const region of regions)
    if (region.kind === "definition" && !links.has(region.label)) links.set(region.label, region.target);
  const writer = new VisibleWriter({ links, room: text.length + targetRoomChars });
  const wanted = notesWanted(regions);
  for (const region of regions) {
    if (region.kind === "code") writer.code(region.text);
    else if (region.kind === "prose") writer.prose(region.text);
    else if (region.kind === "footnote" && wanted.has(region.label)) writer.prose(region.text);
  }
  return writer.text();
}

/** Labels of footnotes to which the text refers; the others are not shown. */
function notesWanted(regions: ReturnType<typeof markdownRegions>): Set<string> {
  const wanted = new Set<string>();
  for (const region of regions)
    if (region.kind === "prose")
      for (const [, label] of region.text.matchAll(/\[\^([^\]\s]{1,200})\]/g))
        wanted.add(labelOf(label ?? ""));
  return wanted;
}

/** The last resort: characters that begin markup become ones that look like them. */
function withoutMarkup(text: string): string {
  const lookalikes: Record<string, string> = {
    "<": "\u2039",
    "&": "\uff06",
    "[": "(",
    "]": ")",
    "`": "'",
    "~": "-",
  };
  return text.replace(/[<&[\]`~]/g, (mark) => lookalikes[mark] ?? "").replace(/data:/gi, "data");
}
