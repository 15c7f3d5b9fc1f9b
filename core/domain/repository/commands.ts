import type { Person, RepositoryRef } from "../loop/work.ts";
import type { ProjectConfig } from "../project-config.ts";

/** A request to change a repository. Refused ones throw `CommandRefused` and change nothing. */
export type RepositoryCommand =
  | { type: "AddRepository"; repository: RepositoryRef; config: ProjectConfig; by: Person }
  | { type: "ChangeConfig"; config: ProjectConfig }
  | {
      type: "CreateIssue";
      number: number;
      title: string;
      bodySha256: string;
      labels: readonly string[];
      author: string;
    }
  | { type: "CloseIssue"; number: number }
  | {
      type: "QueueLoop";
      issue: number;
      requester: Person;
      confirm: boolean;
      preApprove: ("design" | "complete")[];
    }
  /** A loop that gave its slot away wants to go on. */
  | { type: "RequestSlot"; loop: string }
  /**
   * Only the slot of `claim` is given back: a late release must not take the next one. An end gives back any.
   */
  | { type: "ReleaseSlot"; loop: string; claim: string; reason: string; ended: boolean }
  | { type: "RequestMergeTurn"; loop: string }
  /** Only this turn; null for whichever the loop has, from logs of loops where turns have no name. */
  | { type: "ReleaseMergeTurn"; loop: string; turn: string | null };
