import type { Loop } from "@tamma/core/domain/loop/state.ts";
import { askOf } from "@tamma/core/domain/projections/loop-view.ts";
import { summary } from "@tamma/core/domain/projections/summary.ts";
import type { InboxItem } from "@tamma/core/protocol/rest.ts";
import type { LoopRow } from "./objects.ts";

/** A loop as one line of a list and of the inbox; null before it started. */
export function loopRow(loop: Loop, seq: number): LoopRow | null {
  if (loop.state === "not-started") return null;
  const { facts } = loop;
  const { word, step, ask, costMicroUsd } = summary(loop);
  return {
    summary: {
      id: facts.loop,
      repository: facts.repository.id,
      repositoryName: facts.repository.name,
      issue: facts.issue.number,
      title: facts.issue.title,
      ...{ word, step, ask, costMicroUsd },
      startedAt: facts.startedAt,
      updatedAt: facts.now,
    },
    inbox: inboxItem(loop, ask ?? ""),
    active: loop.state !== "ended",
    branch: facts.branch,
    head: facts.head,
    pullRequest: facts.pullRequest?.number ?? null,
    seq,
  };
}

function inboxItem(loop: Exclude<Loop, { state: "not-started" }>, question: string): InboxItem | null {
  const ask = loop.state === "ended" ? null : askOf(loop);
  if (!ask || loop.state === "ended") return null;
  const { facts } = loop;
  const since =
    loop.state === "escalated" ? loop.since : "since" in loop.doing ? loop.doing.since : facts.now;
  const subject = ask.kind === "checkpoint" ? ask.checkpoint.subject : null;
  const id =
    ask.kind === "checkpoint" ? ask.checkpoint.id : ask.kind === "escalation" ? ask.card.escalation : null;
  return {
    loop: facts.loop,
    repositoryName: facts.repository.name,
    issue: facts.issue.number,
    title: facts.issue.title,
    ...{ kind: ask.kind, id, subject, question, since },
  };
}
