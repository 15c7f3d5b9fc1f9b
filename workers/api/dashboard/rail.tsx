import type { LoopView, StepView } from "@tamma/core/domain/loop/view.ts";
import { count } from "./amounts.ts";
import { Section } from "./layout.tsx";
import { visible } from "./plain-text.ts";
import { StepStatus } from "./status.tsx";
import { Elapsed } from "./time.tsx";

/** All steps at once: number, name, state in a word and an icon, time taken, and what went wrong. */
export const Rail = ({ view }: { view: LoopView }) => (
  <Section title="Steps" side={`${doneSteps(view)} of ${view.steps.length} done`} flush>
    <ol class="rail">
      {view.steps.map((step) => (
        <li
          class={step.state === "needs you" ? "person" : step.state === "pending" ? "todo" : undefined}
          aria-current={step.name === view.step ? "step" : undefined}
        >
          <span class="n">{step.number}</span>
          <span class="name">{step.title}</span>
          <span class="s">
            <Elapsed from={step.startedAt} to={step.endedAt} />
            <StepStatus state={step.state} />
          </span>
          <StepNote step={step} />
        </li>
      ))}
    </ol>
  </Section>
);

const StepNote = ({ step }: { step: StepView }) => {
  const failed = step.failed > 0 ? count(step.failed, "failed attempt") : "";
  const words = [failed, visible(step.note)].filter((word) => word !== "").join(" · ");
  return words === "" ? null : <span class="note">{words}</span>;
};

function doneSteps(view: LoopView): number {
  return view.steps.filter((step) => step.state === "done" || step.state === "skipped").length;
}
