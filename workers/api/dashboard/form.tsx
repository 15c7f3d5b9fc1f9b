import { withoutInvisible } from "@tamma/core/domain/text/invisible.ts";
import type { Child } from "hono/jsx";

/** Where a form leads back to. */
export type Back = "loop" | "inbox" | "pull";

interface CommandFormProps {
  action: string;
  back: Back;
  /** Hidden values besides command id and way back. */
  hidden?: Record<string, string>;
  label?: string;
  children: Child;
}

/**
 * A form that is one command: its id is made when the page is made, so that a second click on the same page
 * is the same command and changes nothing.
 */
export const CommandForm = ({ action, back, hidden = {}, label, children }: CommandFormProps) => (
  <form method="post" action={action} aria-label={label}>
    <input type="hidden" name="command" value={crypto.randomUUID()} />
    <input type="hidden" name="back" value={back} />
    {Object.entries(hidden).map(([name, value]) => (
      <input type="hidden" name={name} value={value} />
    ))}
    {children}
  </form>
);

interface TextFieldProps {
  label: string;
  name: string;
  value?: string;
  required?: boolean;
  rows?: number;
  hint?: string;
}

export const TextField = ({ label, name, value = "", required, rows = 4, hint }: TextFieldProps) => (
  // The label wraps its field: no ids, which would collide where a page holds several forms.
  <label class="field">
    <span dir="auto">{label}</span>
    {hint ? <span class="sub"> {hint}</span> : null}
    {/* What a person sends as his own word must hold nothing that he did not see. */}
    <textarea name={name} rows={rows} required={required} dir="auto">
      {withoutInvisible(value)}
    </textarea>
  </label>
);

/** One folded way to answer. Its number never changes its meaning: 1 approve, 3 change, 0 reject. */
export const Way = ({ number, title, children }: { number?: string; title: string; children: Child }) => (
  <details class="way">
    <summary>
      {number ? (
        <>
          <kbd>{number}</kbd>{" "}
        </>
      ) : null}
      {title}
    </summary>
    {children}
  </details>
);
