import type { Turn } from "@tamma/core/protocol/model-turn.ts";

/** About 60,000 tokens: past this every turn costs more than what old output is still worth. */
const conversationCharsMax = 240_000;
/** Pruning changes the cached text once; pruning well below the limit makes it rare. */
const prunedToChars = 120_000;
/** The latest turns are what the agent works with right now. */
const freshTurns = 6;
/** Short answers ("replaced at line 3") are worth keeping. */
const keptChars = 300;

/**
 * The messages of a job. The first one never changes; old output of tools shrinks to its beginning when the
 * whole
 * grows too long, oldest first.
 */
export class Conversation {
  readonly messages: Turn[];

  constructor(first: readonly Turn[]) {
    this.messages = [...first];
  }

  add(turn: Turn): void {
    this.messages.push(turn);
    if (size(this.messages) > conversationCharsMax) this.prune(freshTurns, prunedToChars);
  }

  /**
   * Shortens old output until the conversation has at most `chars`; false when there was nothing to
   * shorten.
   */
  prune(fresh: number, chars: number): boolean {
    let any = false;
    const last = this.messages.length - 2 * fresh;
    for (let at = 1; at < last && size(this.messages) > chars; at++) {
      const message = this.messages[at];
      if (message) any = shorten(this.messages, at, message) || any;
    }
    return any;
  }
}

function shorten(messages: Turn[], at: number, message: Turn): boolean {
  let any = false;
  if (message.role === "assistant") return false;
  const content = message.content.map((part) => {
    if (part.type !== "tool-result" || part.text.length <= keptChars * 2) return part;
    any = true;
    return { ...part, text: `${part.text.slice(0, keptChars)}\n${pruned}${endOf(part.text)}` };
  });
  if (any) messages[at] = { role: "user", content };
  return any;
}

const pruned = "[older output, pruned: call the tool again if needed]";

/** The line that closes a block: what is left of it must not leave it open. */
function endOf(text: string): string {
  const last = text.slice(text.lastIndexOf("\n"));
  return text.startsWith("[[") && last.endsWith("]]") ? last : "";
}

function size(messages: readonly Turn[]): number {
  let chars = 0;
  for (const message of messages)
    for (const part of message.content) {
      if (part.type === "tool-call") chars += JSON.stringify(part.input)?.length ?? 0;
      else chars += part.text.length;
    }
  return chars;
}
