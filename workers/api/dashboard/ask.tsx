import type { LoopView } from "@tamma/core/domain/loop/view.ts";
import { AskCard, type AskProps } from "./ask-card.tsx";
import { CheckpointAsk } from "./ask-checkpoint.tsx";
import { EscalationAsk } from "./ask-escalation.tsx";
import { type Back, CommandForm, TextField } from "./form.tsx";
import { loopPath } from "./links.ts";
import { visible } from "./plain-text.ts";

/** The open question of a loop with all ways to answer it; nothing when nothing is asked. */
export const OpenQuestion = ({ view, back }: { view: LoopView; back: Back }) => {
  const { ask } = view;
  if (ask === null) return null;
  switch (ask.kind) {
    case "checkpoint":
      return <CheckpointAsk view={view} ask={ask} back={back} />;
    case "questions":
      return <QuestionsAsk view={view} ask={ask} back={back} />;
    case "escalation":
      return <EscalationAsk view={view} ask={ask} back={back} />;
    case "obstacle":
      return <ObstacleAsk view={view} ask={ask} back={back} />;
    default:
      return ask satisfies never;
  }
};

const QuestionsAsk = ({ view, ask, back }: AskProps<"questions">) => (
  <AskCard title="A few answers are needed before the work goes on">
    <CommandForm action={loopPath(view.id, "questions")} back={back} label="Answer the questions">
      {ask.questions.map((question) => (
        <div class="field">
          <TextField
            label={visible(question.question)}
            name={`answer.${question.id}`}
            value={question.suggested}
            rows={2}
            required
          />
          <p class="sub">
            Why it matters: <bdi>{visible(question.why)}</bdi>
          </p>
        </div>
      ))}
      <p class="sub">The fields hold the suggested answers. Change what you know better.</p>
      <button class="primary" type="submit">
        Send the answers
      </button>
    </CommandForm>
  </AskCard>
);

const ObstacleAsk = ({ view, ask, back }: AskProps<"obstacle">) => (
  <AskCard title={ask.obstacle.obstacle === "paused" ? "This loop is paused" : "Something is in the way"}>
    <pre class="text" dir="auto">
      {visible(ask.obstacle.what)}
    </pre>
    <p>
      <b>What to do:</b> <bdi>{visible(ask.obstacle.todo)}</bdi>
    </p>
    <CommandForm action={loopPath(view.id, "obstacle")} back={back}>
      <button class="primary" type="submit">
        {ask.obstacle.obstacle === "paused" ? "Go on" : "It is done, go on"}
      </button>
    </CommandForm>
  </AskCard>
);
