import { sanitise } from "../sanitise.ts";
import { markdownRegions } from "../text/markdown-blocks.ts";
import { type SlashCommand, slashCommandsIn } from "../text/slash-commands.ts";

/** What a comment says to Tamma. */
export type Speech =
  | { readonly says: "orders"; readonly orders: readonly SlashCommand[] }
  /** Tamma is spoken to by name. */
  | { readonly says: "mention" }
  /** A remark on a pull request of Tamma, which wants a change or an answer. */
  | { readonly says: "remark" }
  | { readonly says: "nothing" };

/**
 * Orders go before all else. On an issue people talk with each other, so only a mention counts there; on a
 * pull request of Tamma every word is about its work.
 *
 * @param login the account's name, as people write it behind an @; an App's ends with "[bot]"
 */
export function speechIn(comment: string, on: "issue" | "pull-request", login: string): Speech {
  const orders = slashCommandsIn(comment);
  if (orders.length > 0) return { says: "orders", orders };
  const words = prose(comment);
  if (on === "pull-request") return words.trim() === "" ? { says: "nothing" } : { says: "remark" };
  return mentions(words, login) ? { says: "mention" } : { says: "nothing" };
}

/** A line that begins as a quote does: others' words. */
const quote = /^ {0,3}>/;

/** What its readers see as the writer's own running text. */
function prose(comment: string): string {
  const lines = markdownRegions(sanitise(comment))
    .flatMap((region) => (region.kind === "prose" ? region.text.split("\n") : []))
    .filter((line) => !quote.test(line));
  return withoutCodeSpans(lines.join("\n"));
}

/**
 * Code within a line is words about words. It goes from a run of backticks to the next run that is as long.
 * Anybody may write a comment, so this takes one pass: an expression that looks for the end of each run
 * anew holds up the whole server on a line of backticks.
 */
function withoutCodeSpans(text: string): string {
  const runs = [...text.matchAll(/`+/g)].map(({ index, 0: { length } }) => ({ index, length }));
  const next = new Map<number, number>();
  const ends = runs.map(() => -1);
  for (let n = runs.length - 1; n >= 0; n -= 1) {
    const { length } = runs[n] as (typeof runs)[number];
    ends[n] = next.get(length) ?? -1;
    next.set(length, n);
  }
  let kept = "";
  let at = 0;
  for (let n = 0; n < runs.length; n += 1) {
    const end = ends[n] ?? -1;
    const [opening, closing] = [runs[n], runs[end]];
    if (!opening || !closing) continue;
    kept += text.slice(at, opening.index);
    at = closing.index + closing.length;
    n = end;
  }
  return kept + text.slice(at);
}

function mentions(words: string, login: string): boolean {
  const name = login.replace(/\[bot\]$/, "").toLowerCase();
  const said = words.toLowerCase().matchAll(/(?<![\w@/.-])@([a-z0-9](?:[a-z0-9._-]*[a-z0-9])?)/g);
  return [...said].some(([, other]) => other === name);
}
