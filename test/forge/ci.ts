import type { SimulatedForge } from "./index.ts";
import type { Doing } from "./people.ts";

/** The one workflow of a simulated repository; what it says is run is never run. */
export const ciWorkflow = "name: CI\non: push\njobs:\n  build:\n    runs-on: any\n    steps: []\n";
export const ciFile = "ci.yml";

/** What is wrong with a pushed commit, as the end of a log; null when all is well. */
export type Verdict = (sha: string) => string | null;

/** Every push to a branch of Tamma's gets one run and one check of this verdict; nothing is built. */
export function checkEveryPush(
  { people, whenPushed }: SimulatedForge,
  dialect: "github" | "gitea",
  owner: Doing,
  verdict: Verdict,
): void {
  whenPushed(async ({ branch, sha }) => {
    if (!branch.startsWith("tamma/")) return;
    const run = await people.startRun(owner, { workflow: ciFile, branch, event: "push" });
    const problem = verdict(sha);
    const conclusion = problem === null ? "success" : "failure";
    people.finishRun(run, { conclusion, log: problem ?? "simulated: nothing was run" });
    if (dialect === "gitea") people.reportStatus(owner, { sha, context: "CI / build", state: conclusion });
    else people.reportCheck(owner, { sha, name: "build", status: "completed", conclusion });
  });
}
