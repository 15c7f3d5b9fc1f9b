import type { LoopView } from "@tamma/core/domain/loop/view.ts";
import { type Frame, Page } from "./layout.tsx";
import { loopPath } from "./links.ts";
import { visible } from "./plain-text.ts";
import { ReasonForm } from "./reason-form.tsx";

/** A page of its own, as the one for stopping: on the loop's page typed text would be lost. */
export const EscalatePage = ({ frame, view }: { frame: Frame; view: LoopView }) => (
  <Page frame={frame} title={`Escalate #${view.issue.number}`} needsYou={view.ask !== null}>
    <div class="narrow stack">
      <h1>Escalate this loop?</h1>
      <p>
        The work on{" "}
        <b>
          <bdi>{visible(view.issue.title)}</bdi>
        </b>{" "}
        stops within one turn of the model, and the loop waits for a person: to push to its branch, to let it
        try again with a hint, to split it or to end it.
      </p>
      {view.orders.escalate === null ? (
        <ReasonForm loop={view.id} action="escalate" label="Escalate the loop" look="primary" />
      ) : (
        <p>
          That is not possible now: <bdi>{visible(view.orders.escalate)}</bdi>.{" "}
          <a href={loopPath(view.id)}>Back to the loop</a>
        </p>
      )}
    </div>
  </Page>
);
