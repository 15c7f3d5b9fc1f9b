import { z } from "zod";
import type { RunTokenIssuer } from "../_shared/run-token.ts";

/** Source: GitHub Docs, "OpenID Connect reference". */
export const githubIssuer: RunTokenIssuer = {
  issuer: "https://token.actions.githubusercontent.com",
  jwks: "https://token.actions.githubusercontent.com/.well-known/jwks",
};

/** What Tamma reads of a token of GitHub Actions. Ids are numbers written as text. */
export const githubRunClaims = z.object({
  jti: z.string().min(1),
  exp: z.number(),
  /** Unlike its name, it is never given to another repository. */
  repository_id: z.string(),
  run_id: z.string(),
  run_attempt: z.string(),
  /** `owner/name/.github/workflows/file.yml@refs/heads/main`: which text of the workflow runs. */
  job_workflow_ref: z.string(),
  event_name: z.string(),
  sha: z.string(),
});
export type GithubRunClaims = z.infer<typeof githubRunClaims>;

/** The run that Tamma itself started. */
export interface ExpectedRun {
  repository: string;
  run: string;
  /** The workflow's file, from `owner/` up to the `@`. */
  workflow: string;
  /** The branch whose text of the workflow is trusted. */
  defaultBranch: string;
}

/**
 * Why this run may not do the jobs of a loop; null when it may. Tamma's runs are dispatched: a run that a
 * pull request started could execute a stranger's text.
 */
export function whyNotThisRun(claims: GithubRunClaims, expected: ExpectedRun): string | null {
  if (claims.repository_id !== expected.repository) return "it belongs to another repository";
  if (claims.event_name !== "workflow_dispatch") return `its run was started by "${claims.event_name}"`;
  if (claims.run_id !== expected.run) return "it belongs to another run";
  const workflow = `${expected.workflow}@refs/heads/${expected.defaultBranch}`;
  return claims.job_workflow_ref === workflow ? null : "its workflow is not the default branch's";
}
