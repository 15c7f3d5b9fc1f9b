import { createApp } from "./api/app.ts";

export { AccountHub } from "./orchestrator/account-hub.ts";
export { Orchestrator } from "./orchestrator/entrypoint.ts";
export { IssueLoop } from "./orchestrator/issue-loop.ts";
export { RepoCoordinator } from "./orchestrator/repo-coordinator.ts";

/** The one deployable Worker: HTTP goes to the app, everything durable lives behind `env.ORCHESTRATOR`. */
export default createApp();
