import type { LoopEvent } from "./events.ts";
import { evolveGates } from "./evolve-gates.ts";
import type { Facts } from "./state.ts";

/** Facts of branch, patch and checks after one more event. */
export function evolveCode(facts: Facts, event: LoopEvent): Facts {
  switch (event.type) {
    case "BranchCreated": {
      const { branch, base, head } = event;
      return { ...facts, branch, base, branchBase: base, head };
    }
    case "PullRequestOpened": {
      const { id, number, url } = event;
      return { ...facts, pullRequest: { id, number, url, draft: true } };
    }
    case "PullRequestReady":
      return facts.pullRequest ? { ...facts, pullRequest: { ...facts.pullRequest, draft: false } } : facts;
    case "PatchProposed":
      // A head that somebody pushed is part of the patch from here on.
      return {
        ...{ ...facts, patch: event.patch, base: event.patch.base },
        ...{ rebasedFrom: null, headMoved: false, postpones: 0 },
      };
    case "BaseMoved":
      return { ...facts, rebaseOnto: event.to };
    case "PatchRebased": {
      const { patch, unchanged } = event;
      // What was replayed has to be what is on the branch: only that was reviewed and approved.
      const replayed = facts.pushed !== null && facts.patch?.tree === facts.pushed.tree;
      const rebasedFrom = unchanged && replayed ? facts.head : null;
      return { ...facts, patch, base: patch.base, rebaseOnto: null, rebasedFrom };
    }
    case "ChangeMeasured": {
      const { type: _, lockedTests, ...measured } = event;
      return { ...facts, measured, lockedTests, weakened: null };
    }
    case "TestsWeakened":
      return { ...facts, weakened: { tree: event.tree, items: event.items } };
    case "CodePushed": {
      const { sha, tree } = event;
      return {
        ...facts,
        head: sha,
        branchBase: facts.base,
        pushed: { sha, tree },
        testsPublished: true,
        headMoved: false,
      };
    }
    case "HeadMoved":
      // A replayed patch that was not pushed is given up: the new head stands on the base of the branch.
      return {
        ...{ ...facts, head: event.to, pushed: null, rebasedFrom: null, headMoved: true },
        ...{ base: facts.branchBase, rebaseOnto: null },
      };
    case "WorkReopened": {
      const { reason } = event;
      const evidence = { summary: reason, fingerprint: "sent-back", excerpt: reason, log: null };
      return { ...facts, failure: { gate: "review", evidence } };
    }
    case "ChecksReported":
      return {
        ...facts,
        checks: { sha: event.sha, checks: event.checks, report: (facts.checks?.report ?? 0) + 1 },
      };
    default:
      return evolveGates(facts, event);
  }
}
