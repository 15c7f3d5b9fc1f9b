import type { SimulatedForge } from "./index.ts";
import type { Doing } from "./people.ts";

/** The one workflow of a shown repository; what it says is run is never run. */
export const shownWorkflow = "name: CI\non: push\njobs:\n  build:\n    runs-on: any\n    steps: []\n";
export const shownWorkflowFile = "ci.yml";

/** Every push to a branch of Tamma's gets one check, which passes: nothing of the repository is run. */
export function passEveryPush(forge: SimulatedForge, dialect: "github" | "gitea", owner: Doing): void {
  const { people } = forge;
  forge.whenPushed(async ({ branch, sha }) => {
    if (!branch.startsWith("tamma/")) return;
    const run = await people.startRun(owner, { workflow: shownWorkflowFile, branch, event: "push" });
    people.finishRun(run, { conclusion: "success", log: "simulated: nothing was run" });
    if (dialect === "gitea") people.reportStatus(owner, { sha, context: "CI / build", state: "success" });
    else people.reportCheck(owner, { sha, name: "build", status: "completed", conclusion: "success" });
  });
}
