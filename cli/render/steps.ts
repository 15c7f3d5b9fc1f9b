import type { LoopView, StepView } from "@tamma/core/domain/loop/view.ts";
import { retriesMax } from "@tamma/core/domain/policy/limits.ts";
import type { Style } from "./style.ts";
import { clean, renderDuration, renderMoney, truncate } from "./text.ts";

const wordWidth = "needs you".length;
const titleWidth = "Implement".length;
const timeWidth = "59 min 59 s".length;

/** The word of a step: "retry 2/3" while a failed gate is tried again, else its state. */
export function stepWord(step: StepView): string {
  return step.state === "retry" ? `retry ${Math.min(step.failed, retriesMax)}/${retriesMax}` : step.state;
}

/** One step in one line: glyph, word, number, title, time, note. */
export function renderStep(step: StepView, now: number, style: Style, columns: number): string {
  const word = stepWord(step).padEnd(wordWidth);
  const time = step.startedAt === null ? "" : renderDuration((step.endedAt ?? now) - step.startedAt);
  const place = `${String(step.number).padStart(2)} ${step.title.padEnd(titleWidth)}`;
  const line = ` ${style.glyph(step.state)} ${word}  ${place}  ${time.padStart(timeWidth)}`;
  const note = truncate(clean(step.note).replaceAll("\n", " "), columns - line.length - 3, style.ellipsis);
  if (note === "") return style.paint(step.state, line.trimEnd());
  return `${style.paint(step.state, line)}  ${style.dim(note)}`;
}

/** The loop in a title line, its steps and a line of money; every line fits `columns`. */
export function renderLoop(view: LoopView, now: number, style: Style, columns: number): string[] {
  const title = `${view.repository.name}#${view.issue.number} ${clean(view.issue.title)}`;
  const word = view.word === "running" && view.job ? `running ${view.job.kind}` : view.word;
  const head = truncate(title, Math.max(10, columns - word.length - 3), style.ellipsis);
  const running = style.paint(wordState(view), word);
  return [
    `${style.bold(head)} ${style.dot} ${running}`,
    ...view.steps.map((step) => renderStep(step, now, style, columns)),
    style.dim(truncate(renderBudget(view, style), columns, style.ellipsis)),
  ];
}

export function renderBudget(view: LoopView, style: Style): string {
  const { spent, max, turns } = view.budget;
  const parts = [`${renderMoney(spent)} of ${renderMoney(max)}`, `${turns} model turns`, view.level];
  if (view.pullRequest) parts.push(`pull request ${view.pullRequest.number}`);
  return parts.join(` ${style.dot} `);
}

/** The step state whose colour fits the loop's word. */
export function wordState(view: Pick<LoopView, "word">): StepView["state"] {
  switch (view.word) {
    case "needs you":
      return "needs you";
    case "merged":
      return "done";
    case "escalated":
    case "rejected":
    case "abandoned":
      return "failed";
    case "cancelled":
      return "skipped";
    case "running":
      return "running";
    default:
      return "waiting";
  }
}
