import type { Design, Plan } from "@tamma/core/domain/loop/proposal.ts";
import type { Ask } from "@tamma/core/domain/loop/view.ts";
import type { Style } from "./style.ts";
import { clean, renderMoney, wrap } from "./text.ts";

export type CheckpointAsk = Extract<Ask, { kind: "checkpoint" }>;

/** What is asked, complete enough to decide without opening anything else. */
export function renderAsk(ask: Ask, style: Style, columns: number): string {
  switch (ask.kind) {
    case "checkpoint":
      return renderCheckpoint(ask, style, columns);
    case "questions":
      return ask.questions
        .map((one, index) =>
          [
            style.bold(wrap(`${index + 1}. ${one.question}`, columns)),
            wrap(`why: ${one.why}`, columns, "   "),
            wrap(`suggested: ${one.suggested}`, columns, "   "),
          ].join("\n"),
        )
        .join("\n");
    case "escalation":
      return renderCard(ask.card, style, columns);
    case "obstacle":
      return [style.bold(wrap(ask.obstacle.what, columns)), wrap(ask.obstacle.todo, columns, "  ")].join(
        "\n",
      );
    default:
      return ask satisfies never;
  }
}

function renderCheckpoint(ask: CheckpointAsk, style: Style, columns: number): string {
  const { checkpoint, design, risk } = ask;
  const lines = [style.bold(wrap(checkpoint.question, columns))];
  if (checkpoint.kind === "design" && design) lines.push(renderOptions(design, style, columns));
  for (const item of risk)
    lines.push(style.paint("retry", wrap(`risk ${item.kind}: ${item.detail}`, columns, "  ")));
  if (checkpoint.reserved.length > 0)
    lines.push(wrap(`A person has to look at this: ${checkpoint.reserved.join(", ")}.`, columns, "  "));
  if (checkpoint.persons > 1)
    lines.push(
      wrap(`${checkpoint.approvals.length} of ${checkpoint.persons} persons have approved.`, columns, "  "),
    );
  if (ask.next !== "") lines.push(wrap(`If yes: ${ask.next}`, columns, "  "));
  return lines.join("\n");
}

/** The options with what speaks for and against each, the recommended one marked. */
export function renderOptions(design: Design, style: Style, columns: number): string {
  const options = design.options.map((option) =>
    renderOption(option, option.id === design.recommended ? " (recommended)" : "", style, columns),
  );
  return [...options, wrap(`why option ${design.recommended}: ${design.rationale}`, columns, "  ")].join(
    "\n",
  );
}

function renderOption(
  option: Design["options"][number],
  mark: string,
  style: Style,
  columns: number,
): string {
  return [
    style.bold(wrap(`option ${option.id}${mark}: ${option.title}`, columns, "  ")),
    wrap(option.approach, columns, "    "),
    ...option.pros.map((pro) => wrap(`+ ${pro}`, columns, "    ")),
    ...option.cons.map((con) => wrap(`- ${con}`, columns, "    ")),
    wrap(`complexity ${option.complexity} of 100; tests: ${option.testStrategy}`, columns, "    "),
    wrap(`risk: ${option.risk}`, columns, "    "),
  ].join("\n");
}

/**
 * What `?` shows: the plan, and all else that the question rests on. `built`: the option that was chosen, the
 * only one that matters once it is built.
 */
export function renderDetails(
  ask: CheckpointAsk,
  style: Style,
  columns: number,
  built: string | null = null,
): string {
  const { checkpoint, plan, design } = ask;
  const lines = [`checkpoint ${checkpoint.id}`, `bound to   ${checkpoint.subject}`];
  if (checkpoint.notRequester) lines.push("the requester may not decide here");
  for (const one of checkpoint.approvals) lines.push(`approved by ${clean(one.by.id)} via ${one.via}`);
  if (plan) lines.push(renderPlan(plan, columns));
  if (design && checkpoint.kind !== "design") {
    const chosen = design.options.filter((option) => option.id === built);
    if (chosen.length === 0) lines.push(renderOptions(design, style, columns));
    else lines.push("built:", ...chosen.map((option) => renderOption(option, "", style, columns)));
  }
  return lines.join("\n");
}

function renderPlan(plan: Plan, columns: number): string {
  return [
    wrap(`plan: ${plan.summary}`, columns),
    wrap(
      `${plan.kind}, complexity ${plan.complexity} of 100, ambiguity ${plan.ambiguity} of 100`,
      columns,
      "  ",
    ),
    ...plan.steps.map((step, index) => wrap(`${index + 1}. ${step}`, columns, "  ")),
    wrap(`files: ${plan.files.join(", ")}`, columns, "  "),
    ...(plan.needsTests ? [] : [wrap(`no tests: ${plan.noTestReason}`, columns, "  ")]),
    wrap(`${plan.turnsLow} to ${plan.turnsHigh} model turns expected`, columns, "  "),
  ].join("\n");
}

/** The escalation card: what failed, why, every attempt, the smallest failing output, cost and choices. */
export function renderCard(
  card: Extract<Ask, { kind: "escalation" }>["card"],
  style: Style,
  columns: number,
): string {
  const excerpt = clean(card.excerpt).trim();
  return [
    style.paint("failed", wrap(`escalated at ${card.step}: ${card.what}`, columns)),
    wrap(`why: ${card.why}`, columns, "  "),
    ...card.attempts.map((attempt) => wrap(`attempt ${attempt.n}: ${attempt.summary}`, columns, "  ")),
    ...(excerpt === "" ? [] : excerpt.split("\n").map((line) => `  | ${line}`)),
    wrap(`cost so far ${renderMoney(card.costMicroUsd)}`, columns, "  "),
    wrap(`you can: ${card.choices.join(", ")}`, columns, "  "),
  ].join("\n");
}

/** How to answer from a shell, one command a line. */
export function renderHowTo(loop: string, ask: Ask): string[] {
  const id = `'${loop}'`;
  switch (ask.kind) {
    case "checkpoint": {
      const option = ask.checkpoint.kind === "design" ? ` --option ${ask.design?.recommended ?? "1"}` : "";
      return [
        `tamma approve ${id}${option}`,
        `tamma change ${id} --text "what should be different"`,
        `tamma reject ${id} --reason "why"`,
      ];
    }
    case "questions":
      return [`tamma answer ${id} ${ask.questions.map((_, index) => `${index + 1}="..."`).join(" ")}`];
    case "escalation":
      return ask.card.choices.map((choice) =>
        choice === "retry" ? `tamma retry ${id} --hint "..."` : `tamma resolve ${id} ${choice} --text "..."`,
      );
    case "obstacle":
      return [`tamma retry ${id}`, `tamma stop ${id}`];
    default:
      return ask satisfies never;
  }
}

/** The ask in one line, for lists and headings. */
export function askTitle(ask: Ask): string {
  switch (ask.kind) {
    case "checkpoint":
      return `approval: ${ask.checkpoint.kind}`;
    case "questions":
      return ask.questions.length === 1 ? "a question" : `${ask.questions.length} questions`;
    case "escalation":
      return `escalation at ${ask.card.step}`;
    case "obstacle":
      return `obstacle: ${ask.obstacle.obstacle}`;
    default:
      return ask satisfies never;
  }
}
