import type { Ask, LoopView } from "@tamma/core/domain/loop/view.ts";
import type { Child } from "hono/jsx";
import type { Back } from "./form.tsx";

/** What every kind of question needs to be shown and answered. */
export interface AskProps<K extends Ask["kind"]> {
  view: LoopView;
  ask: Extract<Ask, { kind: K }>;
  back: Back;
}

/** The frame of an open question: what is asked stands in the coloured head, the ways to answer below. */
export const AskCard = (props: { title: string; under?: Child; escalated?: boolean; children: Child }) => (
  <section class={props.escalated ? "ask escalated" : "ask"} aria-label="What needs you">
    <header>
      <h2>
        <bdi>{props.title}</bdi>
      </h2>
      {props.under}
    </header>
    <div class="body">{props.children}</div>
  </section>
);
