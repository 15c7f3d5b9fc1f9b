import { sanitise } from "../sanitise.ts";
import { withoutInvisible } from "./invisible.ts";
import { type CommentLine, ownLines } from "./own-lines.ts";

/** Orders that take no words. */
const plain = ["start", "approve", "pause", "resume", "stop", "escalate", "status", "help"] as const;
type Plain = (typeof plain)[number];
type Worded = "change" | "reject" | "retry";

/** What a person orders in a comment. `text` is theirs, as its readers see it; a hint may be empty. */
export type SlashCommand =
  | { readonly [K in Plain]: { readonly command: K } }[Plain]
  | { readonly [K in Worded]: { readonly command: K; readonly text: string } }[Worded]
  /** `n`: the question's number as it was asked, from 1. */
  | { readonly command: "answer"; readonly n: number; readonly text: string }
  /** Meant for us and not understood. `todo` is one sentence for the person who wrote it. */
  | { readonly command: "unclear"; readonly said: string; readonly todo: string };

/** Nobody answers more questions at once; what is more is a flood. */
export const slashCommandsMax = 20;
/** Enough for a sentence about what was not understood. */
const saidCharsMax = 60;

const line = /^ {0,3}\/tamma(?:[ \t]+(\S+)[ \t]*(.*))?$/i;
const numbered = /^#?(\d{1,3})[.):]?\s+(\S[\s\S]*)$/;

/** Words to Tamma that may be another's: whoever wrote them is asked to say them again. */
export function asked(said: string): SlashCommand {
  const todo =
    "it may belong to a quote, a list or code around it: write it again, with an empty line before it";
  return unclear(said, todo);
}

/**
 * The orders in a comment, in their order. An order begins a line that its readers see: not in a quote, in
 * code, in a list or in what Markdown hides. Where it may stand in one of them it is `unclear`: nobody must
 * be taken at another's word. Words go on until the next order or the end of the comment.
 */
export function slashCommandsIn(comment: string): SlashCommand[] {
  // What is hidden is taken out first, which may make other words of what stands around it. So an order also
  // has to be one in the comment as it was written.
  const written = ordersOf(ownLines(withoutInvisible(comment))).filter(({ sure }) => sure);
  const found: { name: string; rest: string; sure: boolean; more: string[] }[] = [];
  const lines = ownLines(sanitise(comment));
  const orders = new Map(ordersOf(lines).map((order) => [order.line, order]));
  for (const each of lines) {
    const order = orders.get(each);
    if (!order) {
      found.at(-1)?.more.push(each.text);
      continue;
    }
    const same = written.findIndex(({ name }) => name === order.name);
    const sure = order.sure && same >= 0;
    if (sure) written.splice(0, same + 1);
    found.push({ ...order, sure, more: [] });
  }
  return found
    .slice(0, slashCommandsMax)
    .map(({ name, rest, sure, more }) => (sure ? read(name, rest, more) : asked(name)));
}

interface OrderLine {
  readonly line: CommentLine;
  readonly name: string;
  readonly rest: string;
  /** The writer's own, and no code. */
  readonly sure: boolean;
}

function ordersOf(lines: readonly CommentLine[]): OrderLine[] {
  const orders: OrderLine[] = [];
  for (const each of lines) {
    const order = each.whose === "quoted" ? null : line.exec(each.text.trimEnd());
    if (!order) continue;
    // A flood is cut later on, and each look for code reads its whole paragraph.
    const sure = each.whose === "own" && orders.length <= slashCommandsMax && !each.mayBeCode(0);
    orders.push({ line: each, name: order[1] ?? "help", rest: order[2] ?? "", sure });
  }
  return orders;
}

function read(said: string, rest: string, more: readonly string[]): SlashCommand {
  const command = said.toLowerCase();
  const text = [rest, ...more].join("\n").trim();
  switch (command) {
    case "change":
    case "reject":
      return text === "" ? unclear(command, `say what: \`/tamma ${command} ...\``) : { command, text };
    case "retry":
      return { command, text };
    case "answer": {
      const [, n, answer] = numbered.exec(text) ?? [];
      if (!n || !answer) return unclear(command, "say which question and what: `/tamma answer 1 ...`");
      return { command, n: Number(n), text: answer };
    }
    default:
      if (!isPlain(command)) return unclear(said, "write `/tamma help` to see what there is");
      // "approve, but ..." is no approval.
      return rest === ""
        ? { command }
        : unclear(`${command} ${rest}`, `\`/tamma ${command}\` takes no words`);
  }
}

function isPlain(command: string): command is Plain {
  return plain.some((one) => one === command);
}

function unclear(said: string, todo: string): SlashCommand {
  return { command: "unclear", said: said.slice(0, saidCharsMax).toWellFormed(), todo };
}
