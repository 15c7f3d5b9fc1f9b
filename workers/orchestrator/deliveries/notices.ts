import { inView } from "@tamma/core/domain/platform/in-view.ts";
import type { SlashCommand } from "@tamma/core/domain/text/slash-commands.ts";
import type { Spoken, Stage } from "./stage.ts";

/** Orders that are about a question, which the person must have seen. */
const aboutAQuestion: readonly SlashCommand["command"][] = ["approve", "change", "reject"];

/**
 * The key of the newest notice of this loop that stood in its conversations before the comment, without the
 * loop's id; null for orders that need none, and when there is none.
 */
export async function noticeBefore(
  { ports, platform }: Stage,
  loop: string,
  { number, comment }: Spoken,
  { command }: SlashCommand,
): Promise<string | null> {
  if (!aboutAQuestion.includes(command)) return null;
  const row = ports.loops().find(({ summary }) => summary.id === loop);
  const conversations = new Set([number, ...(row ? [row.pullRequest ?? row.summary.issue] : [])]);
  const notices = [];
  for (const conversation of conversations)
    for (const { id, key, at } of await platform.reading.comments(conversation, null))
      if (key?.startsWith(`${loop}:notice:`)) notices.push({ id, at, key });
  return inView(notices, comment)?.key.slice(loop.length + 1) ?? null;
}
