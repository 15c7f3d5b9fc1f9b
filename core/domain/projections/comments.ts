import type { EscalationCard } from "../loop/events/people.ts";
import { issuePipeline, stepNumber } from "../loop/pipeline.ts";
import type { Active, Ended, EscalatedLoop, Facts } from "../loop/state.ts";
import { retriesMax } from "../policy/limits.ts";
import { riskOf } from "../policy/risk.ts";
import { loopWord } from "./loop-word.ts";

/**
 * Comments on issues and pull requests, as Markdown. Text of people and models is quoted, never glued to
 * ours.
 */

type Started = Active | EscalatedLoop | Ended;

/** The strictest platform takes 4,000 characters (Azure DevOps); what is longer links to the rest. */
const commentCharsMax = 4_000;
const excerptCharsMax = 1_500;

/** One comment per loop, updated in place: the state in one line, done and next, and how to answer. */
export function stickyComment(loop: Started, loopUrl: string): string {
  const { facts } = loop;
  const done = issuePipeline.slice(0, stepNumber(loop.step) - 1).map((step) => step.title);
  const next = issuePipeline.slice(stepNumber(loop.step)).map((step) => step.title);
  const now = issuePipeline[stepNumber(loop.step) - 1]?.title ?? "";
  const rows = [
    "| done | now | next |",
    "|---|---|---|",
    `| ${done.join(", ") || "-"} | **${now}** | ${next.join(", ") || "-"} |`,
  ];
  const parts = [`**Tamma** · ${plain(stateLine(loop))}`, rows.join("\n")];
  if (facts.plan) parts.push(folded(`Plan: ${facts.plan.summary}`, numbered(facts.plan.steps)));
  if (facts.pullRequest) parts.push(`Pull request: #${facts.pullRequest.number}`);
  return cut(parts, loopUrl);
}

/** `needs you: Which design shall be built? · step 3/14 · attempt 1 of 4 · $0.12 of $5.00` */
export function stateLine(loop: Started): string {
  const { facts } = loop;
  const ask =
    loop.state === "active" && loop.doing.kind === "checkpoint" ? `: ${loop.doing.checkpoint.question}` : "";
  const failed = Math.max(...Object.values(facts.attempts).map((attempts) => attempts.failed));
  const parts = [`${loopWord(loop)}${ask}`, `step ${stepNumber(loop.step)}/${issuePipeline.length}`];
  if (failed > 0) parts.push(`attempt ${Math.min(failed + 1, retriesMax + 1)} of ${retriesMax + 1}`);
  parts.push(`${dollars(facts.budget.spent)} of ${dollars(facts.budget.max)}`);
  return parts.join(" · ");
}

/** A comment of its own because a person must act; null when nobody must any more. */
export function noticeComment(loop: Active | EscalatedLoop, loopUrl: string): string | null {
  if (loop.state === "escalated") return escalationComment(loop.card, loop.facts, loopUrl);
  const { doing, facts } = loop;
  switch (doing.kind) {
    case "checkpoint":
      return checkpointComment(doing.checkpoint, facts, loopUrl);
    case "questions":
      return questionsComment(facts, loopUrl);
    case "obstacle": {
      const { what, todo } = doing.obstacle;
      return cut(
        ["**Needs you: something is in the way**", quote(what), `What to do: ${plain(todo)}`],
        loopUrl,
      );
    }
    default:
      return null;
  }
}

function checkpointComment(
  checkpoint: Extract<Active["doing"], { kind: "checkpoint" }>["checkpoint"],
  facts: Facts,
  loopUrl: string,
): string {
  const parts = [`**Needs you: ${plain(checkpoint.question)}**`];
  if (checkpoint.kind === "design" && facts.design) {
    for (const option of facts.design.options) {
      const recommended = option.id === facts.design.recommended ? " (recommended)" : "";
      const lists = [
        ...option.pros.map((pro) => `- + ${plain(pro)}`),
        ...option.cons.map((con) => `- − ${plain(con)}`),
      ];
      const title = `**${plain(option.id)}. ${plain(option.title)}**${recommended}`;
      parts.push([title, quote(option.approach), ...lists].join("\n"));
    }
    parts.push(quote(facts.design.rationale));
  }
  const risk = riskOf(facts);
  if (risk.length > 0)
    parts.push(`Risk:\n${risk.map((item) => `- ${item.kind}: ${plain(item.detail)}`).join("\n")}`);
  if (facts.weakened && checkpoint.kind === "tests")
    parts.push(
      facts.weakened.items.map((item) => `- \`${plain(item.path)}\`: ${plain(item.what)}`).join("\n"),
    );
  parts.push(`Bound to \`${checkpoint.subject.slice(0, 12)}\`. Persons needed: ${checkpoint.persons}.`);
  return cut(parts, loopUrl);
}

function questionsComment(facts: Facts, loopUrl: string): string {
  const open = facts.clarifications.filter((one) => one.answer === null);
  const asked = open.map(
    (one) =>
      `**${plain(one.id)}.** ${plain(one.question)}\n_${plain(one.why)}_ Suggested: ${plain(one.suggested)}`,
  );
  return cut(["**Needs you: questions about this issue**", ...asked], loopUrl);
}

/** What failed, why, what was tried, what can be done. */
export function escalationComment(card: EscalationCard, facts: Facts, loopUrl: string): string {
  const tried = card.attempts.map((attempt) => `${attempt.n}. ${plain(attempt.summary)}`);
  const parts = [`**Escalated: ${plain(card.what)}**`, `Why: ${plain(card.why)}`];
  if (tried.length > 0) parts.push(`Tried:\n${tried.join("\n")}`);
  if (card.excerpt !== "") parts.push(fenced(card.excerpt.slice(0, excerptCharsMax)));
  parts.push(`Cost so far: ${dollars(facts.budget.spent)}. Choices: ${card.choices.join(", ")}.`);
  return cut(parts, loopUrl);
}

/** The last word of a loop. */
export function endedComment(loop: Ended, loopUrl: string): string {
  const { facts, outcome, reason } = loop;
  const cost = `It cost ${dollars(facts.budget.spent)}.`;
  const what =
    outcome === "merged"
      ? `**Merged** into \`${facts.repository.defaultBranch}\`. ${cost}`
      : `**${outcome[0]?.toUpperCase()}${outcome.slice(1)}**: ${plain(reason)}. ${cost}`;
  const kept = outcome !== "merged" && facts.branch ? [`The branch \`${facts.branch}\` is kept.`] : [];
  return cut([what, ...kept], loopUrl);
}

function cut(parts: string[], loopUrl: string): string {
  const link = `[Open in Tamma](${loopUrl})`;
  const room = commentCharsMax - link.length - 10;
  const text = parts.filter((part) => part !== "").join("\n\n");
  const shown = text.length <= room ? text : `${text.slice(0, room).toWellFormed()} ...`;
  return `${shown}\n\n${link}`;
}

/** One line without markup of its own: it cannot end our table, open a fence or mention anybody. */
function plain(text: string): string {
  return text
    .replace(/\s+/g, " ")
    .replace(/[`*_[\]<>|\\]/g, "\\$&")
    .replace(/@(?=\w)/g, "@\u200b");
}

function quote(text: string): string {
  return text
    .split("\n")
    .map((line) => `> ${plain(line)}`)
    .join("\n");
}

function fenced(text: string): string {
  // A longer fence than any inside, so that the text cannot close it.
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}\n${text}\n${fence}`;
}

function numbered(lines: string[]): string {
  return lines.map((line, index) => `${index + 1}. ${plain(line)}`).join("\n");
}

function folded(title: string, body: string): string {
  // Inside HTML a backslash escapes nothing.
  const text = title.replace(/\s+/g, " ").replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
  return `<details><summary>${text.replace(/@(?=\w)/g, "@\u200b")}</summary>\n\n${body}\n</details>`;
}

function dollars(microUsd: number): string {
  return `$${(microUsd / 1_000_000).toFixed(2)}`;
}
