import { renderMoney } from "./amounts.ts";
import { AskCard, type AskProps } from "./ask-card.tsx";
import { CommandForm, TextField, Way } from "./form.tsx";
import { escalationPath } from "./links.ts";
import { visible } from "./plain-text.ts";
import { CodeBox } from "./scroll-box.tsx";

type Choice = AskProps<"escalation">["ask"]["card"]["choices"][number];

/** What each choice does and what it wants to know. No choice skips a gate. */
const ways: Record<
  Choice,
  { title: string; does: string; field: string | null; required: boolean; button: string }
> = {
  retry: {
    title: "Retry with a hint",
    does: "The attempts of this gate start again, with your words in front of the model.",
    field: "What should it know or do differently?",
    required: false,
    button: "Retry",
  },
  "take-over": {
    title: "Take over",
    does: "You push to the branch yourself; the loop then verifies what you pushed and goes on with it.",
    field: null,
    required: false,
    button: "I take over",
  },
  split: {
    title: "Split into smaller issues",
    does: "This loop ends and one issue is opened for each line.",
    field: "Titles of the new issues, one a line",
    required: true,
    button: "Split",
  },
  abandon: {
    title: "Abandon",
    does: "This loop ends. The branch is kept.",
    field: "Why? The reason goes on record.",
    required: false,
    button: "Abandon",
  },
};

/** The escalation card: what failed, why, what was tried, what it cost, and what can be done now. */
export const EscalationAsk = ({ view, ask: { card }, back }: AskProps<"escalation">) => (
  <AskCard
    escalated
    title={visible(card.what)}
    under={
      <p class="small">
        <bdi>{visible(card.why)}</bdi> Spent so far: {renderMoney(card.costMicroUsd)}.
      </p>
    }
  >
    {card.attempts.length === 0 ? null : (
      <div>
        <h3>What was tried</h3>
        <ol class="list small">
          {card.attempts.map((attempt) => (
            <li value={String(attempt.n)}>
              <bdi>{visible(attempt.summary)}</bdi>
            </li>
          ))}
        </ol>
        <SameFailure fingerprints={card.attempts.map((attempt) => attempt.fingerprint)} />
      </div>
    )}
    {card.excerpt.trim() === "" ? null : <CodeBox label="Failing output" text={card.excerpt} />}
    <div class="ways">
      {card.choices.map((choice) => {
        const way = ways[choice];
        return (
          <Way title={way.title}>
            <CommandForm
              action={escalationPath(view.id, card.escalation)}
              back={back}
              hidden={{ choice }}
              label={way.title}
            >
              <p class="sub">{way.does}</p>
              {way.field === null ? null : (
                <TextField label={way.field} name="text" required={way.required} />
              )}
              <button type="submit" class={choice === "abandon" ? "danger" : "primary"}>
                {way.button}
              </button>
            </CommandForm>
          </Way>
        );
      })}
    </div>
  </AskCard>
);

/** "The same failure twice" is why retries ended early; a person should see it at once. */
const SameFailure = ({ fingerprints }: { fingerprints: string[] }) => {
  const last = fingerprints.at(-1);
  const times = fingerprints.filter((fingerprint) => fingerprint === last).length;
  return times < 2 ? null : (
    <p class="sub">
      The last failure came {times} times:{" "}
      <code>
        <bdi>{visible(last ?? "")}</bdi>
      </code>
    </p>
  );
};
