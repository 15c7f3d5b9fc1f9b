import type { EscalationCard } from "../loop/events/people.ts";
import { issuePipeline, stepNumber } from "../loop/pipeline.ts";
import type { Active, Ended, EscalatedLoop, Facts } from "../loop/state.ts";
import { plainGitConnection } from "../platform/connection.ts";
import { retriesMax } from "../policy/limits.ts";
import { riskOf } from "../policy/risk.ts";
import { withoutInvisible } from "../text/invisible.ts";
import { postedLine, postedTitle } from "../text/posted.ts";
import { loopWord } from "./loop-word.ts";

/**
 * Comments on issues and pull requests, as Markdown. Text of people and models is quoted, never glued to
 * ours.
 */

type Started = Active | EscalatedLoop | Ended;

/** The strictest platform takes 4,000 characters (Azure DevOps); what is longer links to the rest. */
const commentCharsMax = 4_000;
const excerptCharsMax = 1_500;
const titleCharsMax = 300;

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
  const parts = [`**Tamma** · ${postedLine(stateLine(loop))}`, rows.join("\n")];
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
        ["**Needs you: something is in the way**", quote(what), `What to do: ${postedLine(todo)}`],
        loopUrl,
      );
    }
    case "checks":
      return doing.silent ? silentComment(doing.sha, loopUrl) : null;
    default:
      return null;
  }
}

/** Nobody has to decide, but without a person nothing may ever begin. */
function silentComment(sha: string, loopUrl: string): string {
  const why = [
    "- a push by a job's own token starts no CI: give the connection a token of a person, a bot or an App",
    "- no workflow runs on a push or a pull request, or its filters leave this branch out",
    "- the run waits for somebody to allow it, or for a runner that is not there",
    "- there is no CI: then set `no-checks: allow` in `.tamma.yml` of the default branch",
  ];
  return cut(
    [
      `**No check has started on \`${sha.slice(0, 12)}\`**`,
      `Why that may be, and what to do:\n${why.join("\n")}`,
      "The loop asks again by itself and goes on as soon as the checks are green.",
    ],
    loopUrl,
  );
}

function checkpointComment(
  checkpoint: Extract<Active["doing"], { kind: "checkpoint" }>["checkpoint"],
  facts: Facts,
  loopUrl: string,
): string {
  const parts = [`**Needs you: ${postedLine(checkpoint.question)}**`];
  if (checkpoint.kind === "design" && facts.design) {
    for (const option of facts.design.options) {
      const recommended = option.id === facts.design.recommended ? " (recommended)" : "";
      const lists = [
        ...option.pros.map((pro) => `- + ${postedLine(pro)}`),
        ...option.cons.map((con) => `- − ${postedLine(con)}`),
      ];
      const title = `**${postedLine(option.id)}. ${postedLine(option.title)}**${recommended}`;
      parts.push([title, quote(option.approach), ...lists].join("\n"));
    }
    parts.push(quote(facts.design.rationale));
  }
  const risk = riskOf(facts);
  if (risk.length > 0)
    parts.push(`Risk:\n${risk.map((item) => `- ${item.kind}: ${postedLine(item.detail)}`).join("\n")}`);
  if (facts.weakened && checkpoint.kind === "tests")
    parts.push(
      facts.weakened.items
        .map((item) => `- \`${postedLine(item.path)}\`: ${postedLine(item.what)}`)
        .join("\n"),
    );
  parts.push(`Bound to \`${checkpoint.subject.slice(0, 12)}\`. Persons needed: ${checkpoint.persons}.`);
  return cut([...parts, ...ordersFor(facts, "approve", "change ...", "reject ...")], loopUrl);
}

function questionsComment(facts: Facts, loopUrl: string): string {
  const open = facts.clarifications.filter((one) => one.answer === null);
  const asked = open.map(
    (one) =>
      `**${postedLine(one.id)}.** ${postedLine(one.question)}\n_${postedLine(one.why)}_ ` +
      `Suggested: ${postedLine(one.suggested)}`,
  );
  const orders = ordersFor(facts, "answer 1 ...");
  return cut(["**Needs you: questions about this issue**", ...asked, ...orders], loopUrl);
}

/** What failed, why, what was tried, what can be done. */
export function escalationComment(card: EscalationCard, facts: Facts, loopUrl: string): string {
  const tried = card.attempts.map((attempt) => `${attempt.n}. ${postedLine(attempt.summary)}`);
  const parts = [`**Escalated: ${postedLine(card.what)}**`, `Why: ${postedLine(card.why)}`];
  if (tried.length > 0) parts.push(`Tried:\n${tried.join("\n")}`);
  if (card.excerpt !== "") parts.push(fenced(card.excerpt.slice(0, excerptCharsMax)));
  parts.push(`Cost so far: ${dollars(facts.budget.spent)}. Choices: ${card.choices.join(", ")}.`);
  return cut([...parts, ...ordersFor(facts, "retry ...", "stop")], loopUrl);
}

/** The last word of a loop. */
export function endedComment(loop: Ended, loopUrl: string): string {
  const { facts, outcome, reason } = loop;
  const cost = `It cost ${dollars(facts.budget.spent)}.`;
  const what =
    outcome === "merged"
      ? `**Merged** into \`${facts.repository.defaultBranch}\`. ${cost}`
      : `**${outcome[0]?.toUpperCase()}${outcome.slice(1)}**: ${postedLine(reason)}. ${cost}`;
  const kept = outcome !== "merged" && facts.branch ? [`The branch \`${facts.branch}\` is kept.`] : [];
  return cut([what, ...kept], loopUrl);
}

/** How to answer by a comment; nothing where nobody would read it. */
function ordersFor({ repository }: Facts, ...orders: string[]): string[] {
  if (repository.connection === plainGitConnection) return [];
  return [`Answer here: ${orders.map((order) => `\`/tamma ${order}\``).join(", ")}.`];
}

function cut(parts: string[], loopUrl: string): string {
  const link = `[Open in Tamma](${loopUrl})`;
  const room = commentCharsMax - link.length - 10;
  const text = parts.filter((part) => part !== "").join("\n\n");
  const shown = text.length <= room ? text : `${text.slice(0, room).toWellFormed()} ...`;
  return `${shown}\n\n${link}`;
}

function quote(text: string): string {
  return text
    .split("\n")
    .map((line) => `> ${postedLine(line)}`)
    .join("\n");
}

function fenced(text: string): string {
  // A longer fence than any inside, so that the text cannot close it.
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}\n${withoutInvisible(text)}\n${fence}`;
}

function numbered(lines: string[]): string {
  return lines.map((line, index) => `${index + 1}. ${postedLine(line)}`).join("\n");
}

function folded(title: string, body: string): string {
  // Inside HTML a backslash escapes nothing.
  const text = postedTitle(title, titleCharsMax)
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;");
  return `<details><summary>${text}</summary>\n\n${body}\n</details>`;
}

function dollars(microUsd: number): string {
  return `$${(microUsd / 1_000_000).toFixed(2)}`;
}
