import type { CommitFacts } from "./history.ts";
import type {
  CheckRun,
  Comment,
  Issue,
  Job,
  Label,
  Pull,
  Repository,
  Review,
  ReviewComment,
  Run,
  Status,
  Thread,
  User,
} from "./types.ts";

/** What happened in a repository. Dialects make webhooks of it at once, of the state of that moment. */
export type ForgeEvent = { readonly repository: Repository; readonly actor: User } & (
  | {
      readonly type: "issue";
      readonly action: IssueAction;
      readonly issue: Issue;
      readonly label?: Label;
      readonly assignee?: User;
    }
  | {
      readonly type: "pull";
      readonly action: PullAction;
      readonly pull: Pull;
      readonly label?: Label;
      readonly assignee?: User;
      readonly reviewer?: User;
      readonly before?: string;
    }
  | { readonly type: "comment"; readonly action: TextAction; readonly comment: Comment }
  | { readonly type: "review"; readonly action: "submitted" | "dismissed"; readonly review: Review }
  | { readonly type: "review-comment"; readonly action: TextAction; readonly comment: ReviewComment }
  | { readonly type: "thread"; readonly action: "resolved" | "unresolved"; readonly thread: Thread }
  | {
      readonly type: "push";
      readonly branch: string;
      readonly before: string;
      readonly after: string;
      readonly commits: readonly CommitFacts[];
    }
  | { readonly type: "status"; readonly status: Status }
  | { readonly type: "check-run"; readonly action: "created" | "completed"; readonly check: CheckRun }
  | { readonly type: "run"; readonly action: RunAction; readonly run: Run }
  | { readonly type: "job"; readonly action: "queued" | "in_progress" | "completed"; readonly job: Job }
);

export type TextAction = "created" | "edited" | "deleted";
export type RunAction = "requested" | "in_progress" | "completed";
export type IssueAction =
  | ("opened" | "edited" | "closed" | "reopened")
  | ("labeled" | "unlabeled" | "assigned" | "unassigned");
export type PullAction =
  | IssueAction
  | ("synchronize" | "ready_for_review" | "converted_to_draft")
  | ("review_requested" | "review_request_removed");
