import type { PullRow } from "@tamma/core/ports/plain-git-store.ts";
import { hold } from "./broken.ts";
import type { Hosted } from "./hosted.ts";
import type { Watch } from "./watch.ts";
import type { World } from "./world.ts";

const undone = "11 without faults nothing is left undone";

/** Where nothing went wrong, every courtesy was done too: people see the end where they look. */
export function checkUndone({ server, git }: World, watch: Watch): void {
  const repository = [...server.objects.values()].find(({ kind }) => kind === "repository");
  if (!repository) return;
  for (const [loop, { state }] of watch.loops) {
    if (state.state !== "ended") continue;
    const { issue, pullRequest, head } = state.facts;
    const merged = state.outcome === "merged";
    const open = rowOf<{ open: boolean }>(repository, "issues", issue.id)?.open;
    hold(open === !merged, undone, () => `issue ${issue.id} of ${loop} is ${open ? "open" : "closed"}`);
    const labels = rowOf<readonly string[]>(repository, "labels", `issue:${issue.id}`) ?? [];
    hold(!labels.includes("tamma:working"), undone, () => `${loop} still stands as worked on`);
    if (!pullRequest) continue;
    const pull = rowOf<PullRow>(repository, "pulls", pullRequest.id);
    const sha = merged && head ? git.mergeOf(head) : null;
    const shown = pull?.state === (merged ? "merged" : "closed") && pull.mergeSha === sha;
    hold(shown, undone, () => `pull request ${pullRequest.id} of ${loop} is ${pull?.state}`);
  }
}

function rowOf<Row>(hosted: Hosted, table: string, key: string): Row | undefined {
  return hosted.disk.table<Row>(table).get(key);
}
