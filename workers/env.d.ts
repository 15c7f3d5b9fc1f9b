import type { Bindings } from "./api/bindings.ts";
import type { AccountHub } from "./orchestrator/account-hub.ts";
import type { OrchestratorEnv } from "./orchestrator/env.ts";
import type { IssueLoop } from "./orchestrator/issue-loop.ts";
import type { RepoCoordinator } from "./orchestrator/repo-coordinator.ts";

interface Objects {
  ISSUE_LOOP: DurableObjectNamespace<IssueLoop>;
  REPO_COORDINATOR: DurableObjectNamespace<RepoCoordinator>;
  ACCOUNT_HUB: DurableObjectNamespace<AccountHub>;
}

declare global {
  namespace Cloudflare {
    interface GlobalProps {
      mainModule: typeof import("./index.ts");
    }
    /** wrangler.toml's bindings, and what the host gives as text: both modules' views of one environment. */
    interface Env extends Bindings, Objects, Omit<OrchestratorEnv, keyof Bindings | keyof Objects> {}
  }
}
