import type { LoopCommandType } from "./commands.ts";

/** Who sends a command. `coordinator` is the repository's own object, which grants slots and turns. */
export type CommandSender = "person" | "runner" | "platform" | "timer" | "model" | "coordinator";

export interface CommandEntry {
  says: string;
  from: CommandSender;
}

/**
 * Every command with one sentence and its sender. Typed as complete: one without an entry does not compile.
 */
export const commandCatalogue: Record<LoopCommandType, CommandEntry> = {
  StartLoop: { from: "coordinator", says: "Begin a loop for an issue that got a slot." },
  DecideCheckpoint: {
    from: "person",
    says: "Approve, change, edit or reject what a checkpoint shows, bound to exactly that subject.",
  },
  AnswerQuestions: { from: "person", says: "Answer questions that the loop waits for." },
  ResolveEscalation: {
    from: "person",
    says: "Let an escalated loop try again, take it over, split it or give it up.",
  },
  ClearObstacle: { from: "person", says: "Say that what was in the way is put right." },
  CancelLoop: { from: "person", says: "Stop the loop, whatever it is doing." },
  EscalateLoop: { from: "person", says: "Hand the loop to a person, with this reason." },
  PauseLoop: { from: "person", says: "Stop working until somebody lets the loop go on." },
  CommentOnPullRequest: { from: "person", says: "Open a thread that the loop has to answer." },
  ReportClaimed: { from: "platform", says: "The issue shows that it is being worked on." },
  GrantSlot: { from: "coordinator", says: "The repository has room for the loop again." },
  ReportPullRequestOpened: { from: "platform", says: "The draft pull request is open." },
  ReportPullRequestReady: { from: "platform", says: "The pull request left draft." },
  ReportReviewSubmitted: { from: "platform", says: "The review is on the pull request." },
  GrantMergeTurn: { from: "coordinator", says: "It is the loop's turn to merge." },
  ReportMerge: {
    from: "platform",
    says: "The platform merged, will merge in its own time, or does not, for this reason.",
  },
  ReportEffectFailed: {
    from: "platform",
    says: "Something outside could not be done, and trying again cannot help.",
  },
  ReportPlan: { from: "model", says: "Here is the plan that was asked for." },
  ReportDesign: { from: "model", says: "Here are the options that were asked for." },
  ReportReview: { from: "model", says: "Here is the review that was asked for." },
  ReportModelFailure: { from: "model", says: "The model gave no usable answer, for this kind of reason." },
  ReserveTurn: { from: "model", says: "Set the worst cost of the next turn aside, or refuse it." },
  SettleTurn: { from: "model", says: "The turn ended, at this cost." },
  LeaseJob: { from: "runner", says: "Take the open job for a while, under a new fence." },
  ExpireLease: { from: "timer", says: "No heartbeat came in time, so the job is open again." },
  ReportJobResult: { from: "runner", says: "The job ended like this." },
  ReportChecks: { from: "platform", says: "The checks of a commit stand like this." },
  ReportHead: { from: "platform", says: "The branch was seen at this commit." },
  ReportNoRun: {
    from: "coordinator",
    says: "No run of the CI does the open job, for this reason, and a person has to put it right.",
  },
  FireTimer: { from: "timer", says: "A time that the loop asked for has come." },
};
