import { CommandForm, TextField } from "./form.tsx";
import { loopPath } from "./links.ts";

/** Asks why before a person takes a loop out of Tamma's hands. `label` names what the button does. */
export const ReasonForm = (asked: {
  loop: string;
  action: "stop" | "escalate";
  label: string;
  look: "danger" | "primary";
}) => (
  <CommandForm action={loopPath(asked.loop, asked.action)} back="loop" label={asked.label}>
    <TextField label="Why? The reason goes on record." name="reason" rows={3} />
    <div class="row">
      <button class={asked.look} type="submit">
        {asked.label}
      </button>
      <a class="button quiet" href={loopPath(asked.loop)}>
        Let it go on
      </a>
    </div>
  </CommandForm>
);
