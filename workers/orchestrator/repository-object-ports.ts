import type { GitAccess, GitRight } from "@tamma/core/ports/git-access.ts";
import type { Answer } from "../rpc.ts";
import type { HostedIssues } from "./hosted-issues.ts";
import type { LogCopy } from "./log-copy.ts";
import type { ObjectHost } from "./object-host.ts";
import type { LoopAt } from "./repository-effects.ts";
import type { RepositoryIndex } from "./repository-index.ts";
import type { TrackerRows } from "./tracker-rows.ts";

/** What an object of a repository stands on: its rows, the copy in D1, the loops. */
export interface RepositoryObjectPorts {
  host: ObjectHost;
  tracker: TrackerRows;
  index: RepositoryIndex;
  d1: LogCopy;
  /** The object's own name; null where the runtime does not tell it. */
  name: string | null;
  /** Where people see the server. */
  origin: string;
  loopAt: LoopAt;
  /** Null where issues are our own. */
  issues: HostedIssues | null;
  /** What lets a runner's git in; null where the runner's machine knows by itself. */
  gitAccess(right: GitRight): Promise<Answer<GitAccess | null>>;
  /** What else the object wakes for; `wake` begins what is due and does not throw. Null: nothing. */
  besides: { nextAt(): number | null; wake(at: number): void } | null;
  keepAlive(promise: Promise<unknown>): void;
}
