import { postedLine } from "@tamma/core/domain/text/posted.ts";
import type { LoopStanding } from "@tamma/core/protocol/runner.ts";

/** One job that a run did. `outcome`: as the result words it, or why it counts for nothing. */
export interface DoneJob {
  kind: string;
  outcome: string;
  ms: number;
}

/** What a run did and how its loop stands, as Markdown. Text of others is quoted so that it does nothing. */
export function renderSummary(why: string, jobs: readonly DoneJob[], standing: LoopStanding | null): string {
  const parts: string[] = [];
  if (standing) {
    const { issue, word, url, steps } = standing;
    const done = steps.filter(({ state }) => state === "done").length;
    parts.push(`### Tamma: ${issue.number} ${postedLine(issue.title)}`);
    parts.push(`**${word}** · ${done} of ${steps.length} steps done · [open the loop](${url})`);
  } else parts.push("### Tamma");
  parts.push(postedLine(`${why}.`));
  if (standing?.ask) parts.push(renderAsk(standing.ask, standing.url));
  if (standing?.reason) parts.push(`Reason: ${postedLine(standing.reason)}`);
  if (jobs.length > 0) parts.push(renderJobs(jobs));
  return `${parts.join("\n\n")}\n`;
}

function renderAsk({ title, lines }: { title: string; lines: string[] }, url: string): string {
  const quoted = [`> **${postedLine(title)}**`, ...lines.map((line) => `> - ${postedLine(line)}`)];
  // A list needs an empty line before it.
  if (lines.length > 0) quoted.splice(1, 0, ">");
  return `${quoted.join("\n")}\n\n[Answer here](${url})`;
}

function renderJobs(jobs: readonly DoneJob[]): string {
  const rows = jobs.map(
    ({ kind, outcome, ms }) => `| ${kind} | ${postedLine(outcome)} | ${renderTime(ms)} |`,
  );
  return ["| job | outcome | time |", "|---|---|---|", ...rows].join("\n");
}

function renderTime(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
