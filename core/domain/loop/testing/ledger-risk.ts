import type { Patch, ScanFinding, SignatureChange } from "../evidence.ts";

/**
 * The plainest reading of FR-34: what nobody may approve ahead of time, in any mode. Narrower than the
 * policy, which adds to it; whatever is named here the policy has to name too.
 */

/** More than that in one change is a refactor. */
const filesMany = 30;
const linesMany = 1_500;

export function riskOfPatch(patch: Pick<Patch, "files">, protectedPaths: readonly string[]): string[] {
  const risk: string[] = [];
  const lines = patch.files.reduce((sum, { added, removed }) => sum + added + removed, 0);
  if (patch.files.length >= filesMany || lines >= linesMany) risk.push("large");
  if (patch.files.some((file) => file.status === "deleted")) risk.push("deletion");
  if (patch.files.some((file) => file.path.startsWith(".github/") || protectedPaths.includes(file.path)))
    risk.push("protected path");
  return risk;
}

export function riskOfScan(measured: {
  signatures: readonly SignatureChange[];
  scan: readonly ScanFinding[];
  unproven: boolean;
}): string[] {
  const risk: string[] = [];
  if (measured.signatures.some((one) => one.breaking)) risk.push("breaking");
  if (measured.scan.some((one) => one.severity === "critical" || one.scanner === "secrets"))
    risk.push("critical");
  if (measured.unproven) risk.push("tests not proven");
  return risk;
}
