import { person } from "@tamma/core/domain/loop/testing/samples.ts";
import type { ProjectConfig } from "@tamma/core/domain/project-config.ts";
import type { RepositoryCommand } from "@tamma/core/domain/repository/commands.ts";

/** How one repository went: its commands, in order. */
export interface RepositoryHistory {
  says: string;
  commands: RepositoryCommand[];
}

const loop = (issue: number, run = 1) => `local/calc/${issue}#${run}`;
const add = (config: ProjectConfig = {}): RepositoryCommand => ({
  ...{ type: "AddRepository", config, by: person("mia") },
  repository: { connection: "local", id: "calc", name: "calc", url: "/srv/calc", defaultBranch: "main" },
});
const issue = (number: number, title: string): RepositoryCommand => ({
  ...{ type: "CreateIssue", number, title, bodySha256: "a".repeat(64), labels: ["bug"], author: "mia" },
});
const queue = (number: number): RepositoryCommand => ({
  ...{ type: "QueueLoop", issue: number, requester: person("mia"), confirm: false, preApprove: [] },
});
const slotBack = (issue: number, grant: number, ended: boolean, reason: string): RepositoryCommand => ({
  ...{ type: "ReleaseSlot", loop: loop(issue), claim: `${loop(issue)}~s${grant}`, reason, ended },
});
const turn = (issue: number): RepositoryCommand => ({ type: "RequestMergeTurn", loop: loop(issue) });
const turnBack = (issue: number): RepositoryCommand => {
  return { type: "ReleaseMergeTurn", loop: loop(issue), turn: null };
};
const three = [issue(1, "Round half up"), issue(2, "Sum of nothing"), issue(3, "Print cents")];

/** What the one slot, the queue and the merge turn do to each other. */
export const repositoryHistories: Readonly<Record<string, RepositoryHistory>> = {
  "one-slot": {
    says: "the second loop waits, the third leaves the queue, the first is run again",
    commands: [
      add(),
      ...three,
      ...[queue(1), queue(2), queue(3)],
      slotBack(3, 9, true, "cancelled"),
      slotBack(1, 1, true, "abandoned"),
      queue(1),
      slotBack(2, 2, true, "merged"),
      { type: "CloseIssue", number: 2 },
    ],
  },
  "slots-by-config": {
    says: "a changed .tamma.yml gives a second slot, a later one takes it away again",
    commands: [
      add({ slots: 1 }),
      ...three,
      ...[queue(1), queue(2), queue(3)],
      { type: "ChangeConfig", config: { slots: 2, level: "dev/autopilot" } },
      add({ slots: 1, "merge-method": "squash" }),
      slotBack(1, 1, true, "merged"),
      slotBack(2, 2, true, "merged"),
    ],
  },
  "slot-given-on": {
    says: "an escalated loop gives its slot on and asks for another one when a person acts",
    commands: [
      add({ "on-escalation": "release" }),
      ...three,
      ...[queue(1), queue(2)],
      slotBack(1, 1, false, "escalated"),
      { type: "RequestSlot", loop: loop(1) },
      slotBack(1, 1, false, "late"),
      slotBack(2, 2, true, "merged"),
      { type: "RequestSlot", loop: loop(1) },
    ],
  },
  "auto-next": {
    says: "a free slot picks the next issue by itself until none is left",
    commands: [
      add({ "auto-next": "on" }),
      ...three,
      queue(1),
      { type: "CloseIssue", number: 3 },
      slotBack(1, 1, true, "merged"),
      slotBack(2, 2, true, "merged"),
    ],
  },
  "merge-turns": {
    says: "one loop merges at a time; a turn that was not taken is asked for again, an end gives it back",
    commands: [
      add({ slots: 3 }),
      ...three,
      ...[queue(1), queue(2), queue(3)],
      ...[turn(1), turn(2), turn(3), turn(1)],
      turnBack(2),
      slotBack(3, 3, true, "merged"),
      turnBack(1),
    ],
  },
};
