import { canonicalJson } from "../../audit/canonical-json.ts";
import { CommandRefused } from "../../errors.ts";
import { distinctPersons, refusalOf } from "../../policy/modes.ts";
import type { CommandOf } from "../commands.ts";
import type { Design } from "../proposal.ts";
import type { Checkpoint } from "../state.ts";
import { type Batch, stale } from "./batch.ts";
import { decidedBefore } from "./decided-before.ts";
import {
  askDesign,
  askPlan,
  enterAddress,
  enterDesign,
  enterImplement,
  enterMerge,
  enterOpen,
  enterPlan,
  enterPush,
  openNow,
} from "./enter.ts";

type Decide = CommandOf<"DecideCheckpoint">;

/** A person's decision at a checkpoint. The first one wins; another subject than the shown one is refused. */
export function decideCheckpoint(b: Batch, command: Decide): void {
  const checkpoint = presentCheckpoint(b, command);
  if (!checkpoint) return;
  const { by, via } = command;
  const refused = command.decision === "reject" ? null : refusalOf(checkpoint, b.facts.requester, by, via);
  if (refused)
    throw new CommandRefused({
      kind: "forbidden",
      code: "not-yours-to-decide",
      message: refused,
      todo: via === "--yes" ? "answer it yourself: `tamma inbox`" : "ask somebody who may",
    });
  switch (command.decision) {
    case "approve":
      return approve(b, checkpoint, command);
    case "edit":
    case "own":
      return editDesign(b, checkpoint, command);
    case "change":
      return change(b, checkpoint, command);
    case "reject":
      return reject(b, checkpoint, command);
    default:
      return command.decision satisfies never;
  }
}

/** The open checkpoint that is meant; null when this very decision was made already. */
function presentCheckpoint(b: Batch, command: Decide): Checkpoint | null {
  const { loop } = b;
  const doing = loop.state === "active" ? loop.doing : null;
  if (doing?.kind !== "checkpoint" || doing.checkpoint.id !== command.checkpoint) {
    if (decidedBefore(b.facts, command)) return null;
    b.active();
    throw new CommandRefused({
      kind: "conflict",
      code: "already-decided",
      message: `checkpoint ${command.checkpoint} is not open`,
      todo: "look at what is open now: `tamma inbox`",
    });
  }
  if (doing.checkpoint.subject !== command.subject)
    throw stale(
      "subject-moved",
      `what you saw (${command.subject}) is not what is asked now (${doing.checkpoint.subject})`,
      "look again, then decide",
    );
  return doing.checkpoint;
}

function approve(b: Batch, { id, kind, persons, subject, approvals }: Checkpoint, command: Decide): void {
  const { by, via } = command;
  const option = kind === "design" ? chosenOption(b, command.option) : null;
  if (approvals.some((one) => one.by.id === by.id && one.option === option)) return;
  if (option) b.add({ type: "OptionChosen", option, by });
  b.add({ type: "ApprovalGiven", checkpoint: id, kind, subject, option, by, via });
  const { doing } = b.active();
  const given = doing.kind === "checkpoint" ? doing.checkpoint.approvals : [];
  // Two-person rules count persons, not clicks; they must also mean the same option.
  const same = given.filter((approval) => approval.option === option);
  if (distinctPersons(same) < persons) return;
  b.add({ type: "CheckpointPassed", checkpoint: id, kind });
  passed(b, kind);
}

function chosenOption(b: Batch, option: string | null): string {
  const design = b.facts.design;
  const id = option ?? design?.recommended ?? "";
  if (design?.options.some((one) => one.id === id)) return id;
  const ids = design?.options.map((one) => one.id).join(", ");
  throw new CommandRefused({
    kind: "invalid",
    code: "unknown-option",
    message: `there is no option ${id}`,
    todo: `choose one of ${ids}`,
  });
}

/** The loop goes on after a yes. */
function passed(b: Batch, kind: Checkpoint["kind"]): void {
  switch (kind) {
    case "assign":
      return enterPlan(b);
    case "plan":
      return enterDesign(b);
    case "design":
      return enterOpen(b);
    case "open":
      return openNow(b);
    case "tests":
      return enterPush(b);
    case "complete":
      return enterMerge(b);
    default:
      return kind satisfies never;
  }
}

/** The person writes the design: it becomes the chosen option, approved as of its new hash. */
function editDesign(b: Batch, { id, kind }: Checkpoint, { decision, option, text, by, via }: Decide): void {
  const { design, plan } = b.facts;
  if (kind !== "design" || !design) throw wrongHere(`only a design can be edited, this is ${kind}`);
  if (text.trim() === "") throw wrongHere("an edited design needs its text");
  const edited =
    decision === "edit" ? withApproach(design, chosenOption(b, option), text) : withOwn(design, text);
  const chosen = decision === "edit" ? chosenOption(b, option) : "own";
  const planHash = b.context.sha256(canonicalJson({ plan, design: edited }));
  b.add({ type: "DesignEdited", option: chosen, design: edited, planHash, by });
  b.add({ type: "OptionChosen", option: chosen, by });
  b.add({ type: "ApprovalGiven", checkpoint: id, kind, subject: planHash, option: chosen, by, via });
  b.add({ type: "CheckpointPassed", checkpoint: id, kind });
  enterOpen(b);
}

function withApproach(design: Design, id: string, approach: string): Design {
  const options = design.options.map((option) => (option.id === id ? { ...option, approach } : option));
  return { ...design, options };
}

function withOwn(design: Design, approach: string): Design {
  const like = design.options.find((option) => option.id === design.recommended) ?? design.options[0];
  if (!like) return design;
  const own = { ...like, id: "own", title: "Written by a person", approach, pros: [], cons: [] };
  return { ...design, options: [...design.options.filter((option) => option.id !== "own"), own] };
}

function change(b: Batch, { id, kind }: Checkpoint, { text, by }: Decide): void {
  if (text.trim() === "") throw wrongHere("say what should be different");
  // At assign "change" adds context to the issue; that is a yes with words, not a decision against anything.
  b.add({ type: "ChangeRequested", checkpoint: id, kind, text, by });
  switch (kind) {
    case "complete": {
      const thread = `p${b.facts.threads.length + 1}`;
      b.add({ type: "ThreadOpened", thread, author: by.id, person: true, path: null, line: 0, text });
      return enterAddress(b);
    }
    case "tests":
      return backToWork(b, text);
    case "assign":
      b.add({ type: "ContextAdded", text, by });
      return enterPlan(b);
    case "plan":
      b.add({ type: "ContextAdded", text, by });
      return askPlan(b);
    case "design":
    case "open":
      b.add({ type: "ContextAdded", text, by });
      if (kind === "open") b.enter("design");
      return askDesign(b);
    default:
      return kind satisfies never;
  }
}

function reject(b: Batch, { id, kind }: Checkpoint, { text, by }: Decide): void {
  if (text.trim() === "") throw wrongHere("say why: the reason is kept and used");
  b.add({ type: "CheckpointRejected", checkpoint: id, kind, reason: text, by });
  if (kind === "complete" || kind === "tests") {
    b.add({ type: "ContextAdded", text, by });
    return backToWork(b, text);
  }
  b.add({ type: "LoopRejected", by, reason: text });
}

/** A no at `complete` or `tests`: the reason is the evidence that the next develop job has to mend. */
function backToWork(b: Batch, reason: string): void {
  b.add({ type: "WorkReopened", reason });
  enterImplement(b, "fix");
}

function wrongHere(message: string): CommandRefused {
  return new CommandRefused({
    kind: "invalid",
    code: "incomplete-decision",
    message,
    todo: "send it again with that",
  });
}
