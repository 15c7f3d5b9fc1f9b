import type { DecideCheckpoint } from "@tamma/core/protocol/rest.ts";
import { type CheckpointAsk, renderDetails } from "../render/ask.ts";
import type { Style } from "../render/style.ts";
import type { Asker } from "./asker.ts";

export interface PromptView {
  style: Style;
  columns: number;
  say: (text: string) => void;
  /** The option that was built, for checkpoints after design; null or absent before. */
  built?: string | null;
}

/** The decision, and whether later checkpoints of this kind should be approved without asking. */
export interface CheckpointAnswer {
  decision: Omit<DecideCheckpoint, "via">;
  remember: boolean;
}

/**
 * Asks until there is a decision. The numbers mean the same at every checkpoint and are never renumbered: `1`
 * yes, `2` yes and do not ask again (hidden where that is not allowed), `3` change, `0` no, `?` details.
 */
export async function promptCheckpoint(
  ask: CheckpointAsk,
  level: string,
  asker: Asker,
  view: PromptView,
): Promise<CheckpointAnswer> {
  const { kind, subject } = ask.checkpoint;
  const rememberable = mayRemember(ask, level);
  const decide = (
    decision: DecideCheckpoint["decision"],
    more: Partial<Pick<DecideCheckpoint, "option" | "text">> = {},
    remember = false,
  ): CheckpointAnswer => ({ decision: { subject, decision, option: null, text: "", ...more }, remember });

  for (;;) {
    view.say(menu(ask, rememberable, view.columns));
    const typed = (await asker.ask("> ")).toLowerCase();
    const option = /^([oe])\s*(\S+)$/.exec(typed);
    if (typed === "1" || (typed === "2" && kind !== "assign" && rememberable)) {
      const chosen = kind === "design" ? await askOption(ask, asker, view) : null;
      return decide("approve", { option: chosen }, typed === "2");
    }
    if (typed === "2" && kind === "assign")
      return decide("change", { text: await askText(asker, view, "context to add: ") });
    if (typed === "3" && kind !== "assign")
      return decide("change", { text: await askText(asker, view, "what should be different: ") });
    if (typed === "0" || typed === "n")
      return decide("reject", { text: await askText(asker, view, "why (kept and used): ") });
    if (kind === "design" && option) {
      const [, letter, id = ""] = option;
      if (!hasOption(ask, id)) view.say(unknownOption(ask, id));
      else if (letter === "o") return decide("approve", { option: id });
      else
        return decide("edit", { option: id, text: await askText(asker, view, `approach of option ${id}: `) });
    } else if (kind === "design" && typed === "w")
      return decide("own", { text: await askText(asker, view, "your own approach: ") });
    else if (typed === "?") view.say(renderDetails(ask, view.style, view.columns, view.built));
    else if (typed !== "") view.say(`"${typed}" is none of the choices`);
  }
}

/** `2` may stand where nobody else has to look: autopilot, no reserved risk, one person. */
function mayRemember({ checkpoint }: CheckpointAsk, level: string): boolean {
  if (checkpoint.kind !== "design" && checkpoint.kind !== "complete") return false;
  return level === "dev/autopilot" && checkpoint.reserved.length === 0 && checkpoint.persons === 1;
}

function menu(ask: CheckpointAsk, rememberable: boolean, columns: number): string {
  const { kind } = ask.checkpoint;
  if (kind === "assign") return "1 continue   2 add context   0 reject   ? details";
  const parts = ["1 approve"];
  if (rememberable) parts.push("2 approve and do not ask again");
  parts.push("3 change", "0 reject", "? details");
  if (kind === "design") parts.push("o2 approve option 2", "e2 edit option 2", "w write your own");
  return inLines(parts, columns);
}

/** Choices beside each other, broken between and never inside them. */
function inLines(parts: string[], columns: number): string {
  const lines: string[] = [];
  for (const part of parts) {
    const longer = lines.length === 0 ? part : `${lines.at(-1)}   ${part}`;
    if (lines.length > 0 && longer.length <= columns) lines.pop();
    lines.push(longer.length <= columns ? longer : part);
  }
  return lines.join("\n");
}

/** The option to approve; an empty line takes the recommended one. */
async function askOption(ask: CheckpointAsk, asker: Asker, view: PromptView): Promise<string | null> {
  const recommended = ask.design?.recommended ?? null;
  if (!ask.design || recommended === null) return null;
  for (;;) {
    const typed = (await asker.ask(`option number [${recommended}]: `)).replace(/^o\s*/i, "");
    if (typed === "") return recommended;
    if (hasOption(ask, typed)) return typed;
    view.say(unknownOption(ask, typed));
  }
}

function hasOption(ask: CheckpointAsk, id: string): boolean {
  return ask.design?.options.some((option) => option.id === id) ?? false;
}

function unknownOption(ask: CheckpointAsk, id: string): string {
  const ids = ask.design?.options.map((option) => option.id) ?? [];
  return `there is no option ${id}; choose one of ${ids.join(", ")}`;
}

/** A text that may not be empty. */
export async function askText(asker: Asker, view: Pick<PromptView, "say">, prompt: string): Promise<string> {
  for (;;) {
    const typed = await asker.ask(prompt);
    if (typed !== "") return typed;
    view.say("this needs a few words");
  }
}
