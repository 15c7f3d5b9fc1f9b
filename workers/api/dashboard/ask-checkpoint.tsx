import type { Design, DesignOption } from "@tamma/core/domain/loop/proposal.ts";
import { count } from "./amounts.ts";
import { AskCard, type AskProps } from "./ask-card.tsx";
import { OptionFacts } from "./design-view.tsx";
import { CommandForm, TextField, Way } from "./form.tsx";
import { checkpointPath, loopPath } from "./links.ts";
import { visible } from "./plain-text.ts";
import { RiskList } from "./proposal-view.tsx";
import { Time } from "./time.tsx";

type Props = AskProps<"checkpoint">;

/**
 * A checkpoint: what is asked, what follows a yes, and the ways to answer, bound to the subject shown here.
 */
export const CheckpointAsk = (props: Props) => {
  const { view, ask } = props;
  const { checkpoint } = ask;
  return (
    <AskCard title={visible(checkpoint.question)} under={<Rules {...props} />}>
      {checkpoint.kind === "complete" ? (
        <p>
          <a href={loopPath(view.id, "pull")}>Read the change</a> before you decide.
        </p>
      ) : null}
      {ask.risk.length > 0 ? <RiskList risk={ask.risk} reserved={checkpoint.reserved} /> : null}
      <Approve {...props} />
      <div class="ways">
        <OtherWays {...props} />
      </div>
    </AskCard>
  );
};

const Rules = ({ ask: { checkpoint, next } }: Props) => (
  <>
    <p class="small">
      <b>If you approve:</b> <bdi>{visible(next)}</bdi>
    </p>
    {checkpoint.persons > 1 || checkpoint.notRequester ? (
      <p class="small">
        Needs {count(checkpoint.persons, "person", "persons")}
        {checkpoint.notRequester ? ", not the requester" : ""}.
      </p>
    ) : null}
    {checkpoint.approvals.map((approval) => (
      <p class="small">
        Approved by{" "}
        <b>
          <bdi>{visible(approval.by.id)}</bdi>
        </b>
        , <Time at={approval.at} />.
      </p>
    ))}
    <p class="small muted">
      Your answer is bound to {checkpoint.kind === "complete" ? "commit" : "version"}{" "}
      <code title={checkpoint.subject}>{checkpoint.subject.slice(0, 12)}</code>; should it move, you are asked
      again.
    </p>
  </>
);

/** Hidden fields of every answer: the subject is the one that this page shows. */
function answer(ask: Props["ask"], decision: string): Record<string, string> {
  return { subject: ask.checkpoint.subject, decision };
}

const Approve = ({ view, ask, back }: Props) => {
  const choosing = ask.checkpoint.kind === "design" && ask.design !== null;
  const verb =
    { assign: "Continue", complete: "Approve and merge" }[ask.checkpoint.kind as string] ?? "Approve";
  return (
    <CommandForm
      action={checkpointPath(view.id, ask.checkpoint.id)}
      back={back}
      hidden={answer(ask, "approve")}
      label="Approve"
    >
      {choosing && ask.design ? <OptionChoice design={ask.design} /> : null}
      <button class="primary" type="submit">
        <kbd>1</kbd> {choosing ? "Approve the chosen design" : verb}
      </button>
    </CommandForm>
  );
};

const OptionChoice = ({ design }: { design: Design }) => (
  <>
    {design.rationale.trim() === "" ? null : (
      <p>
        <b>Why option {visible(design.recommended)} is recommended:</b> <bdi>{visible(design.rationale)}</bdi>
      </p>
    )}
    <fieldset>
      <legend>Choose a design</legend>
      <div class="options">
        {design.options.map((option) => (
          <OptionCard option={option} recommended={option.id === design.recommended} />
        ))}
      </div>
    </fieldset>
  </>
);

const OptionCard = ({ option, recommended }: { option: DesignOption; recommended: boolean }) => (
  <div class="option">
    <label class="pick">
      <input type="radio" name="option" value={option.id} checked={recommended} required />
      <span>
        {visible(option.id)}. <bdi>{visible(option.title)}</bdi>{" "}
        {recommended ? <span class="tag box accent">recommended</span> : null}
      </span>
    </label>
    <OptionFacts option={option} />
  </div>
);

const OtherWays = ({ view, ask, back }: Props) => {
  const action = checkpointPath(view.id, ask.checkpoint.id);
  const assign = ask.checkpoint.kind === "assign";
  const change = assign ? "Add context first" : "Ask for changes";
  return (
    <>
      <Way number="3" title={change}>
        <CommandForm action={action} back={back} hidden={answer(ask, "change")} label={change}>
          <TextField
            label={assign ? "What should be known before planning?" : "What should be different?"}
            name="text"
            required
          />
          <button type="submit">{change}</button>
        </CommandForm>
      </Way>
      {ask.checkpoint.kind === "design" && ask.design ? (
        <DesignWays view={view} ask={ask} back={back} design={ask.design} />
      ) : null}
      <Way number="0" title="Reject">
        <CommandForm action={action} back={back} hidden={answer(ask, "reject")} label="Reject">
          <TextField label="Why? The reason goes on record." name="text" required />
          <button class="danger" type="submit">
            Reject
          </button>
        </CommandForm>
      </Way>
    </>
  );
};

const DesignWays = ({ view, ask, back, design }: Props & { design: Design }) => {
  const action = checkpointPath(view.id, ask.checkpoint.id);
  return (
    <>
      <Way title="Edit an option and take it">
        {design.options.map((option) => (
          <CommandForm
            action={action}
            back={back}
            hidden={{ ...answer(ask, "edit"), option: option.id }}
            label={`Edit option ${visible(option.id)}`}
          >
            <TextField
              label={`Option ${visible(option.id)}: ${visible(option.title)}`}
              name="text"
              value={option.approach}
              required
            />
            <button type="submit">Take option {visible(option.id)} as edited</button>
          </CommandForm>
        ))}
      </Way>
      <Way title="Write your own design">
        <CommandForm action={action} back={back} hidden={answer(ask, "own")} label="Write your own design">
          <TextField label="How should it be built?" name="text" rows={6} required />
          <button type="submit">Take my design</button>
        </CommandForm>
      </Way>
    </>
  );
};
