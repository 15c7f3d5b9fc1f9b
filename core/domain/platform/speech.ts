import { sanitise } from "../sanitise.ts";
import { withoutCodeSpans } from "../text/code-spans.ts";
import { withoutInvisible } from "../text/invisible.ts";
import { type CommentLine, ownLines } from "../text/own-lines.ts";
import { asked, type SlashCommand, slashCommandsIn } from "../text/slash-commands.ts";

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
 * pull request of Tamma every word is about its work. A name that stands perhaps in a quote or in code is
 * asked about, as an order there is.
 *
 * @param login the account's name, as people write it behind an @; an App's ends with "[bot]"
 */
export function speechIn(comment: string, on: "issue" | "pull-request", login: string): Speech {
  const orders = slashCommandsIn(comment);
  if (orders.length > 0) return { says: "orders", orders };
  const lines = ownLines(sanitise(comment));
  const words = prose(lines);
  if (on === "pull-request") return words.trim() === "" ? { says: "nothing" } : { says: "remark" };
  const sure = [lines, ownLines(withoutInvisible(comment))].every((each) => mentions(each, login));
  if (sure) return { says: "mention" };
  if (!names(words, login)) return { says: "nothing" };
  return { says: "orders", orders: [asked(`@${nameOf(login)}`)] };
}

/** What its readers see as running text without the mark of a quote. */
function prose(lines: readonly CommentLine[]): string {
  const kept = lines.filter(({ whose }) => whose !== "quoted");
  return withoutCodeSpans(kept.map(({ text }) => text).join("\n"));
}

/** Each look for code reads a whole paragraph; a name that stands in code so often is meant so. */
const namedInCodeMax = 20;

/** Is Tamma named in words that are the writer's for sure? */
function mentions(lines: readonly CommentLine[], login: string): boolean {
  let inCode = 0;
  for (const { text, whose, mayBeCode } of lines) {
    if (whose === "quoted" || whose === "doubtful") continue;
    for (const at of placesOf(text, login)) {
      if (!mayBeCode(at)) return true;
      inCode += 1;
      if (inCode >= namedInCodeMax) return false;
    }
  }
  return false;
}

function names(words: string, login: string): boolean {
  return placesOf(words, login).length > 0;
}

function placesOf(text: string, login: string): number[] {
  const said = [...text.matchAll(/(?<![\w@/.-])@([a-z0-9](?:[a-z0-9._-]*[a-z0-9])?)/gi)];
  return said.filter(([, name]) => name?.toLowerCase() === nameOf(login)).map(({ index }) => index);
}

function nameOf(login: string): string {
  return login.replace(/\[bot\]$/, "").toLowerCase();
}
