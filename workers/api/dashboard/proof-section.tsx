import type { LoopView, ProofView } from "@tamma/core/domain/loop/view.ts";
import { Section } from "./layout.tsx";
import { visible } from "./plain-text.ts";
import { ScrollBox } from "./scroll-box.tsx";

/** What clean checkouts have proven, and what the protection around them cannot promise. */
export const ProofSection = ({ view }: { view: LoopView }) => {
  const gaps = [...new Set(view.proofs.flatMap((proof) => proof.gaps))];
  const kinds = [...new Set(view.proofs.map((proof) => proof.protection))];
  return (
    <Section title="Proof" side={`run under ${kinds.join(", ")}`}>
      <ScrollBox label="Proof">
        <table class="events">
          <thead>
            <tr>
              <th scope="col">What</th>
              <th scope="col">Tests</th>
              <th scope="col">Commands</th>
              <th scope="col">Holds for</th>
            </tr>
          </thead>
          <tbody>
            {view.proofs.map((proof) => (
              <ProofRow proof={proof} />
            ))}
          </tbody>
        </table>
      </ScrollBox>
      {view.absentScanners.length > 0 ? (
        <p class="small muted">
          Absent, not passed: <bdi>{visible(view.absentScanners.join(", "))}</bdi>.
        </p>
      ) : null}
      {gaps.length > 0 ? (
        <details class="way">
          <summary>What this protection cannot promise</summary>
          <ul class="small">
            {gaps.map((gap) => (
              <li>
                <bdi>{visible(gap)}</bdi>
              </li>
            ))}
          </ul>
        </details>
      ) : null}
    </Section>
  );
};

const ProofRow = ({ proof }: { proof: ProofView }) => (
  <tr>
    <th scope="row">{proof.kind}</th>
    <td>{testsOf(proof)}</td>
    <td>
      {proof.commands.map((command) => (
        <div>
          <code>
            <bdi>{visible(command)}</bdi>
          </code>
        </div>
      ))}
    </td>
    <td>
      <code>{proof.subject.slice(0, 10)}</code> {proof.current ? null : <span class="tag box">older</span>}
    </td>
  </tr>
);

/** Red is proven by failures; the word keeps a reader from taking them for a fault. */
function testsOf({ kind, passed, failed, skipped }: ProofView): string {
  const parts = [];
  if (passed > 0) parts.push(`${passed} passed`);
  if (failed > 0) parts.push(`${failed} ${kind === "red" ? "failed, as they must" : "failed"}`);
  if (skipped > 0) parts.push(`${skipped} skipped`);
  return parts.join(", ") || "none";
}
