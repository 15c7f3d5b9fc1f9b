import type { LoopView } from "@tamma/core/domain/loop/view.ts";
import type { ChainReport } from "@tamma/core/protocol/rest.ts";
import { renderStep, wordState } from "./steps.ts";
import type { Style } from "./style.ts";
import { clean, renderDuration, renderMoney } from "./text.ts";

/** How a loop ended: its steps with their times, the merge, the money, and whether its record holds. */
export function renderSummary(
  view: LoopView,
  chain: ChainReport | null,
  style: Style,
  columns: number,
): string {
  const ended = view.endedAt ?? Date.now();
  const { spent, max, turns } = view.budget;
  const rows = [
    ["loop", view.id],
    ["result", view.reason && view.word !== "merged" ? `${view.word}: ${clean(view.reason)}` : view.word],
    ["merge", view.mergeSha ?? "none"],
    ["cost", `${renderMoney(spent)} of ${renderMoney(max)}, ${turns} model turns`],
    ["time", view.startedAt === null ? "not started" : renderDuration(ended - view.startedAt)],
    ["proof", renderProof(view)],
    ["record", renderChain(chain)],
  ];
  return [
    style.paint(
      wordState(view),
      `${view.word}: ${view.repository.name}#${view.issue.number} ${clean(view.issue.title)}`,
    ),
    ...view.steps.map((step) => renderStep(step, ended, style, columns)),
    ...rows.map(([name, value]) => ` ${(name ?? "").padEnd(8)}${value}`),
  ].join("\n");
}

/** What was proven and under which protection; what that cannot promise is said, not hidden. */
function renderProof({ proofs, absentScanners }: LoopView): string {
  const current = proofs.filter((proof) => proof.current);
  if (current.length === 0) return "nothing yet";
  const kinds = [...new Set(current.map((proof) => proof.kind))].join(", ");
  const protections = [...new Set(current.map((proof) => proof.protection))].join(", ");
  const gaps = [...new Set(current.flatMap((proof) => proof.gaps))].map(
    (gap) => `\n         not promised: ${clean(gap)}`,
  );
  const absent = absentScanners.map((scanner) => `\n         absent: ${clean(scanner)}`);
  return `${kinds}, under ${protections}${absent.join("")}${gaps.join("")}`;
}

export function renderChain(chain: ChainReport | null): string {
  if (chain === null) return "not verified: the server did not answer";
  if (chain.ok) return `verified: ${chain.events} events, every hash fits (head ${chain.head.slice(0, 12)})`;
  return `BROKEN at event ${chain.brokenAt ?? "?"}: ${clean(chain.problem ?? "it does not fit")}`;
}
