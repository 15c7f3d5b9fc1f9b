import type { Protection } from "../loop/evidence.ts";
import { gateNames } from "../loop/pipeline.ts";
import type { Facts } from "../loop/state.ts";
import type { ProofView } from "../loop/view.ts";

/** What clean checkouts have proven so far, receipt by receipt, in the order of the gates. */
export function proofViews({ passed, head, patch }: Facts): ProofView[] {
  return gateNames.flatMap((gate) => {
    const proof = passed[gate];
    if (!proof) return [];
    return proof.verdict.receipts.map(({ kind, commands, tests, protection }) => ({
      kind,
      subject: proof.subject,
      // A proof of an older tree or commit stays on record, but it no longer speaks for the change.
      current: proof.subject === head || proof.subject === patch?.tree,
      commands: commands.map(({ argv, exitCode }) => `${commandLine(argv)} (exit ${exitCode})`),
      passed: tests.filter((test) => test.outcome === "passed").length,
      failed: tests.filter((test) => test.outcome === "failed").length,
      skipped: tests.filter((test) => test.outcome === "skipped").length,
      protection: protectionWords[protection.kind],
      gaps: protection.gaps,
    }));
  });
}

/** What stood around the commands, for somebody who does not know the name. */
const protectionWords: Record<Protection["kind"], string> = {
  bubblewrap: "bubblewrap: files and processes of their own, network for set-up only",
  unshare: "unshare: files and processes of their own, network for set-up only",
  "process-limits": "process-limits: no sandbox, the rights of the runner's user",
};

/** A command as the project wrote it: the shell that ran it says nothing. */
function commandLine(argv: string[]): string {
  const [shell, flag, line] = argv;
  return shell === "sh" && flag === "-c" && line !== undefined ? line : argv.join(" ");
}
