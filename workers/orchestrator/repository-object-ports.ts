import type { IssueSnapshot, RepositoryRef } from "@tamma/core/domain/loop/work.ts";
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
  /** The issue as its platform has it; null for a repository whose issues are our own. */
  issueOf(repository: RepositoryRef, number: number): Promise<IssueSnapshot | null> | null;
  keepAlive(promise: Promise<unknown>): void;
}
