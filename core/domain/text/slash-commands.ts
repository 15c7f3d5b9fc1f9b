import { sanitise } from "../sanitise.ts";
import { markdownRegions } from "./markdown-blocks.ts";

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

/**
 * The orders in a comment, in their order. An order begins a line that its readers see: not in a quote, in
 * code, in a list or in what Markdown hides. Words go on until the next order or the end of the comment.
 */
export function slashCommandsIn(comment: string): SlashCommand[] {
  const found: { name: string; rest: string; more: string[] }[] = [];
  for (const region of markdownRegions(sanitise(comment))) {
    const lines = "text" in region ? region.text.replace(/\n$/, "").split("\n") : [];
    for (const text of lines) {
      const order = region.kind === "prose" ? line.exec(text.trimEnd()) : null;
      if (order) found.push({ name: order[1] ?? "help", rest: order[2] ?? "", more: [] });
      else found.at(-1)?.more.push(text);
    }
  }
  return found.slice(0, slashCommandsMax).map(({ name, rest, more }) => read(name, rest, more));
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
