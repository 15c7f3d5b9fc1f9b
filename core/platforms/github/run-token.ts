import { z } from "zod";
import { runWorkflow } from "../../domain/platform/dispatch.ts";

/**
 * Who issues tokens to runs of a GitHub that people reach at `baseUrl`: one issuer for github.com, one for
 * each tenant of ghe.com, and each Enterprise Server its own. Its keys lie below it at `/.well-known/jwks`.
 * Source: GitHub Docs, "OpenID Connect reference".
 */
export function githubIssuerAt(baseUrl: string): string {
  const { protocol, host } = new URL(baseUrl);
  if (host === "github.com") return "https://token.actions.githubusercontent.com";
  if (host.endsWith(".ghe.com")) return `${protocol}//token.actions.${host}`;
  return `${baseUrl}/_services/token`;
}

/** What Tamma reads of a token of GitHub Actions. Ids are numbers written as text. */
export const githubRunClaims = z.object({
  jti: z.string().min(1).max(200),
  exp: z.number(),
  /** `owner/name`, which may change and be taken by others: only compared with other claims. */
  repository: z.string(),
  /** Unlike its name, it is never given to another repository. */
  repository_id: z.string(),
  run_id: z.string().regex(/^\d{1,20}$/),
  run_attempt: z.string().regex(/^\d{1,6}$/),
  /** `owner/name/.github/workflows/file.yml@refs/heads/main`: which text of the workflow runs. */
  job_workflow_ref: z.string(),
  ref: z.string(),
  event_name: z.string(),
});
export type GithubRunClaims = z.infer<typeof githubRunClaims>;

/** A repository of ours, and the branch whose text of the workflow is trusted. */
export interface ExpectedRun {
  repository: string;
  defaultBranch: string;
}

/**
 * Why this run may not do the jobs of a loop; null when it may. Tamma's runs are dispatched, which takes
 * write access; a run that a pull request started could execute a stranger's text.
 */
export function whyNotThisRun(claims: GithubRunClaims, expected: ExpectedRun): string | null {
  if (claims.repository_id !== expected.repository) return "it belongs to another repository";
  if (claims.event_name !== "workflow_dispatch") return `its run was started by "${claims.event_name}"`;
  const branch = `refs/heads/${expected.defaultBranch}`;
  if (claims.ref !== branch) return `its run is of ${claims.ref}, which is not the default branch`;
  // The workflow of another repository, or another one of this repository, is not the text that was agreed
  // on.
  const workflow = `${claims.repository}/.github/workflows/${runWorkflow}@${branch}`;
  if (claims.job_workflow_ref === workflow) return null;
  return `its job is of ${claims.job_workflow_ref}, and not of ${runWorkflow} in the default branch`;
}
