import type { LoopView } from "@tamma/core/domain/loop/view.ts";
import { CommandForm, TextField } from "./form.tsx";
import { type Frame, Page } from "./layout.tsx";
import { loopPath } from "./links.ts";
import { visible } from "./plain-text.ts";

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
      <CommandForm action={loopPath(view.id, "stop")} back="loop" label="Stop the loop">
        <TextField label="Why? The reason goes on record." name="reason" rows={3} />
        <div class="row">
          <button class="danger" type="submit">
            Stop the loop
          </button>
          <a class="button quiet" href={loopPath(view.id)}>
            Let it go on
          </a>
        </div>
      </CommandForm>
    </div>
  </Page>
);
