import type { Child } from "hono/jsx";
import { visible } from "./plain-text.ts";

/**
 * Wide content scrolls in its own box, never the page; the box is named and reachable by keyboard (2.1.1).
 */
export const ScrollBox = ({ label, end, children }: { label: string; end?: boolean; children: Child }) => (
  <section class={end ? "scroll end" : "scroll"} aria-label={label} tabindex={0}>
    {children}
  </section>
);

/** Text of a program as it was printed; `end` starts at its last line. */
export const CodeBox = ({ label, text, end }: { label: string; text: string; end?: boolean }) => (
  <ScrollBox label={label} end={end}>
    <pre class="code" dir="auto">
      {visible(text)}
    </pre>
  </ScrollBox>
);
