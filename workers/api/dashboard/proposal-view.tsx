import type { Plan } from "@tamma/core/domain/loop/proposal.ts";
import type { LoopView } from "@tamma/core/domain/loop/view.ts";
import { Section } from "./layout.tsx";
import { visible } from "./plain-text.ts";

export const PlanSection = ({ plan }: { plan: Plan }) => (
  <Section title="Plan" side={`${plan.kind} · complexity ${plan.complexity} · ambiguity ${plan.ambiguity}`}>
    <p>
      <bdi>{visible(plan.summary)}</bdi>
    </p>
    <ol class="list small">
      {plan.steps.map((step) => (
        <li>
          <bdi>{visible(step)}</bdi>
        </li>
      ))}
    </ol>
    <dl class="facts">
      <dt>Files</dt>
      <dd>
        {plan.files.map((file, index) => (
          <>
            {index > 0 ? ", " : ""}
            <code>
              <bdi>{visible(file)}</bdi>
            </code>
          </>
        ))}
      </dd>
      <dt>Tests</dt>
      <dd>{plan.needsTests ? "written first" : `none: ${visible(plan.noTestReason)}`}</dd>
      <dt>Expected turns</dt>
      <dd>
        {plan.turnsLow} to {plan.turnsHigh}
      </dd>
    </dl>
    {plan.research.length === 0 ? null : (
      <details class="way">
        <summary>Notes on terms</summary>
        <div>
          <ul class="list small">
            {plan.research.map((note) => (
              <li>
                <bdi>{visible(note)}</bdi>
              </li>
            ))}
          </ul>
        </div>
      </details>
    )}
  </Section>
);

/** Risk as computed from evidence. `reserved` kinds can never be approved ahead of time. */
export const RiskList = ({ risk, reserved }: { risk: LoopView["risk"]; reserved: string[] }) => (
  <div>
    <h3>Risk</h3>
    <ul class="small stack-tight">
      {risk.map((item) => (
        <li>
          <span class={`tag box ${reserved.includes(item.kind) ? "needs" : "accent"}`}>{item.kind}</span>{" "}
          <bdi>{visible(item.detail)}</bdi>
        </li>
      ))}
    </ul>
    {reserved.length > 0 ? <p class="sub">Because of this risk no approval ahead of time counts.</p> : null}
  </div>
);
