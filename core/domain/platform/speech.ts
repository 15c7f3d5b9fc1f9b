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

/** A line that begins as a quote does, and code within a line: others' words, and words about words. */
const quote = /^ {0,3}>/;
const codeSpan = /(`+)(?!`)[\s\S]*?(?<!`)\1(?!`)/g;

/** What its readers see as the writer's own running text. */
function prose(comment: string): string {
  return markdownRegions(sanitise(comment))
    .flatMap((region) => (region.kind === "prose" ? region.text.split("\n") : []))
    .filter((line) => !quote.test(line))
    .join("\n")
    .replace(codeSpan, "");
}

function mentions(words: string, login: string): boolean {
  const name = login.replace(/\[bot\]$/, "").toLowerCase();
  const said = words.toLowerCase().matchAll(/(?<![\w@/.-])@([a-z0-9](?:[a-z0-9._-]*[a-z0-9])?)/g);
  return [...said].some(([, other]) => other === name);
}
