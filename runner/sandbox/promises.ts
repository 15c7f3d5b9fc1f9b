import type { Protection } from "@tamma/core/domain/loop/evidence.ts";
import { boundByProcessLimit } from "./limits.ts";

const processesPromised = boundByProcessLimit ? ["The number of processes is limited."] : [];
const processesMissing = boundByProcessLimit
  ? []
  : ["The runner runs as root: the number of processes is not limited."];

const limits = ["Time, kept output and memory of each process are limited.", ...processesPromised];

/** What walls promise and what not; each sentence stands alone, because the gaps are shown one by one. */
export function wallProtection(kind: "bubblewrap" | "unshare", moreGaps: readonly string[]): Protection {
  return {
    kind,
    promises: [
      "Commands see the system and the tools on the PATH, read-only; they write to the job's folder.",
      "Runner, state folder, target repository, other jobs and the user's home are not there for them.",
      "Commands see and can end no process but their own.",
      "All processes of a command are gone before the next step, whatever they did to hide.",
      "There is no network but a loopback of their own, except for set-up and `npm audit`.",
      "Commands see a cleaned environment, have no capabilities and cannot gain any.",
      ...limits,
    ],
    gaps: [
      "Set-up and `npm audit` reach the network and this machine's ports: an install script can send out " +
        "what the workspace holds.",
      "Commands share the machine's kernel: a flaw in it can open the walls.",
      "Disk space and processor time are not limited.",
      ...moreGaps,
      ...processesMissing,
    ],
  };
}

/** No walls: what a process can be held to without any. */
export const limitsProtection: Protection = {
  kind: "process-limits",
  promises: [
    "Commands see a cleaned environment: no token, key or agent socket of the runner.",
    "HOME and TMPDIR are folders of the job alone.",
    "Every process of a command is ended before the next step, also one that left its process group.",
    ...limits,
  ],
  gaps: [
    "Commands can read and write what the runner's user can: run the runner as a user of its own.",
    "Commands can use the network.",
    "A process that clears its environment, leaves its group and its folder and detaches is not found.",
    ...processesMissing,
  ],
};
