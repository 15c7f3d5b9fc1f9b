import { missingChecks, statusesOf } from "./checks.ts";
import { covers, permissionOf } from "./model.ts";
import { isBehind } from "./pulls.ts";
import { standingVerdicts } from "./reviews.ts";
import type { Pull } from "./types.ts";

/** What keeps a pull request from being merged, beside conflicts. */
export type Obstacle =
  | { readonly rule: "draft" }
  | { readonly rule: "checks"; readonly missing: readonly string[] }
  | { readonly rule: "approvals"; readonly needed: number }
  | { readonly rule: "changes-requested" }
  | { readonly rule: "behind" };

/** All obstacles, the draft first. Only verdicts of people with write access count. */
export function obstacles(pull: Pull): Obstacle[] {
  const { repository } = pull.issue;
  const protection = repository.protections.get(pull.baseBranch);
  const found: Obstacle[] = pull.draft ? [{ rule: "draft" }] : [];
  if (!protection) return found;
  const missing = missingChecks(pull);
  if (missing.length > 0) found.push({ rule: "checks", missing });
  if (protection.strict && isBehind(pull)) found.push({ rule: "behind" });
  if (protection.approvals > 0) {
    const verdicts = [...standingVerdicts(pull)]
      .filter(([user]) => covers(permissionOf(repository, user), "write"))
      .map(([, verdict]) => verdict);
    if (verdicts.includes("changes-requested")) found.push({ rule: "changes-requested" });
    const approvals = verdicts.filter((verdict) => verdict === "approved").length;
    if (approvals < protection.approvals) found.push({ rule: "approvals", needed: protection.approvals });
  }
  return found;
}

/** Whether some verdict on the head, required or not, is bad or still open. */
export function isUnstable(pull: Pull): boolean {
  const { repository } = pull.issue;
  const statuses = statusesOf(repository, pull.headSha).some(({ state }) => state !== "success");
  const checks = repository.checkRuns.filter(({ sha }) => sha === pull.headSha);
  return (
    statuses || checks.some(({ conclusion }) => !["success", "neutral", "skipped"].includes(conclusion ?? ""))
  );
}
