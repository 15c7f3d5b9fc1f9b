import type { LoopView } from "@tamma/core/domain/loop/view.ts";
import { type Frame, Page } from "./layout.tsx";
import { visible } from "./plain-text.ts";
import { ReasonForm } from "./reason-form.tsx";

/** A page of its own: on the loop's page, which looks again by itself, typed text would be lost. */
export const StopPage = ({ frame, view }: { frame: Frame; view: LoopView }) => (
  <Page frame={frame} title={`Stop #${view.issue.number}`} needsYou={view.ask !== null}>
    <div class="narrow stack">
      <h1>Stop this loop?</h1>
      <p>
        The work on{" "}
        <b>
          <bdi>{visible(view.issue.title)}</bdi>
        </b>{" "}
        ends within one turn of the model. The branch is kept and the issue stays open; a new loop can be
        started later.
      </p>
      <ReasonForm loop={view.id} action="stop" label="Stop the loop" look="danger" />
    </div>
  </Page>
);
