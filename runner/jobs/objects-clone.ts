import { join } from "node:path";
import type { JobContext } from "../job-context.ts";
import { cloneAt } from "../workspace/clone.ts";
import type { Workspace } from "../workspace/git.ts";

/** A fresh clone without checked-out files, for jobs that make and move commits only. */
export function objectsClone(
  context: JobContext,
  target: { branch: string } | { sha: string },
): Promise<Workspace> {
  const folder = join(context.folder, "clone");
  const { signal, log } = context;
  return cloneAt(context.repository.url, target, folder, { signal, log, checkout: false });
}
