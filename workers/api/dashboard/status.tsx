import type { LoopWord, StepView } from "@tamma/core/domain/loop/view.ts";

/**
 * A state's icon and colour. The word is always shown beside it: neither shape nor colour means anything
 * alone.
 */
type Look = { icon: IconName; tone: "success" | "failure" | "needs" | "accent" | "muted" };

const loopLooks: Record<LoopWord, Look> = {
  running: { icon: "run", tone: "accent" },
  "needs you": { icon: "person", tone: "needs" },
  "waiting for a runner": { icon: "clock", tone: "muted" },
  "waiting for checks": { icon: "clock", tone: "muted" },
  "waiting for a slot": { icon: "clock", tone: "muted" },
  "waiting for time": { icon: "clock", tone: "muted" },
  escalated: { icon: "alert", tone: "failure" },
  merged: { icon: "done", tone: "success" },
  rejected: { icon: "stop", tone: "muted" },
  abandoned: { icon: "stop", tone: "muted" },
  cancelled: { icon: "stop", tone: "muted" },
};

const stepLooks: Record<StepView["state"], Look> = {
  pending: { icon: "open", tone: "muted" },
  running: { icon: "run", tone: "accent" },
  "needs you": { icon: "person", tone: "needs" },
  waiting: { icon: "clock", tone: "muted" },
  retry: { icon: "retry", tone: "accent" },
  failed: { icon: "failed", tone: "failure" },
  done: { icon: "done", tone: "success" },
  skipped: { icon: "skip", tone: "muted" },
};

/** Drawn on a 16 by 16 grid with one stroke. */
const icons = {
  done: "M8 1.5a6.5 6.5 0 1 0 0 13a6.5 6.5 0 0 0 0-13M5 8.2l2.1 2.1L11 6.3",
  failed: "M8 1.5a6.5 6.5 0 1 0 0 13a6.5 6.5 0 0 0 0-13M5.7 5.7l4.6 4.6M10.3 5.7l-4.6 4.6",
  run: "M8 1.5a6.5 6.5 0 1 0 0 13a6.5 6.5 0 0 0 0-13M6.5 5.5v5l4-2.5z",
  person: "M8 2a2.7 2.7 0 1 0 0 5.4A2.7 2.7 0 0 0 8 2M2.5 14c.4-3 2.6-4.5 5.5-4.5s5.1 1.5 5.5 4.5z",
  clock: "M8 1.5a6.5 6.5 0 1 0 0 13a6.5 6.5 0 0 0 0-13M8 4.5v3.7l2.5 1.5",
  open: "M8 1.5a6.5 6.5 0 1 0 0 13a6.5 6.5 0 0 0 0-13",
  retry: "M13.5 8a5.5 5.5 0 1 1-1.7-4M12 1.5v2.7H9.3",
  skip: "M8 1.5a6.5 6.5 0 1 0 0 13a6.5 6.5 0 0 0 0-13M5 8h6",
  stop: "M8 1.5a6.5 6.5 0 1 0 0 13a6.5 6.5 0 0 0 0-13M3.5 3.5l9 9",
  alert: "M8 1.8L14.5 13.5h-13zM8 6.2v3.3M8 11.5v.3",
} as const;
type IconName = keyof typeof icons;

const Icon = ({ name }: { name: IconName }) => (
  <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
    <path d={icons[name]} />
  </svg>
);

const Badge = ({ look, word, plain }: { look: Look; word: string; plain: boolean }) => (
  <span class={plain ? `word ${look.tone}` : `word badge box ${look.tone}`}>
    <Icon name={look.icon} />
    {word}
  </span>
);

/** A loop's word, as a badge. Words of a newer server are shown as they are. */
export const LoopStatus = ({ word, plain = false }: { word: string; plain?: boolean }) => (
  <Badge look={loopLooks[word as LoopWord] ?? { icon: "open", tone: "muted" }} word={word} plain={plain} />
);

export const StepStatus = ({ state }: { state: StepView["state"] }) => (
  <Badge look={stepLooks[state]} word={state} plain />
);

const ends: readonly string[] = ["merged", "rejected", "abandoned", "cancelled"] satisfies LoopWord[];

/** Has a loop with this word come to its end? */
export function hasEnded(word: string): boolean {
  return ends.includes(word);
}
