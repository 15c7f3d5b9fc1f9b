import type { Design, DesignOption } from "@tamma/core/domain/loop/proposal.ts";
import { Section } from "./layout.tsx";
import { visible } from "./plain-text.ts";

/** Everything about one option: how, for and against, tests, risk. */
export const OptionFacts = ({ option }: { option: DesignOption }) => (
  <>
    <pre class="text" dir="auto">
      {visible(option.approach)}
    </pre>
    <div class="pc">
      <ul class="sign" aria-label="For">
        {option.pros.map((pro) => (
          <li>
            <bdi>{visible(pro)}</bdi>
          </li>
        ))}
      </ul>
      <ul class="sign con" aria-label="Against">
        {option.cons.map((con) => (
          <li>
            <bdi>{visible(con)}</bdi>
          </li>
        ))}
      </ul>
    </div>
    <dl class="facts">
      <dt>Tests</dt>
      <dd>
        <bdi>{visible(option.testStrategy)}</bdi>
      </dd>
      <dt>Risk</dt>
      <dd>
        <bdi>{visible(option.risk)}</bdi>
      </dd>
      <dt>Complexity</dt>
      <dd>{option.complexity} of 100</dd>
    </dl>
  </>
);

/** The chosen design open, the others folded. Before a choice all are folded. */
export const DesignSection = ({ design, chosen }: { design: Design; chosen: string | null }) => {
  const taken = design.options.find((option) => option.id === chosen);
  const others = design.options.filter((option) => option !== taken);
  return (
    <Section title={taken ? "Chosen design" : "Designs"}>
      {taken ? (
        <div class="option chosen">
          <h3>
            {visible(taken.id)}. <bdi>{visible(taken.title)}</bdi>
          </h3>
          <OptionFacts option={taken} />
        </div>
      ) : null}
      {others.map((option) => (
        <details class="way">
          <summary>
            {taken ? "Not chosen: " : ""}
            {visible(option.id)}. <bdi>{visible(option.title)}</bdi>
          </summary>
          <div class="body small">
            <OptionFacts option={option} />
          </div>
        </details>
      ))}
    </Section>
  );
};
