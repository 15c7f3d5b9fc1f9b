import { expect, test } from "vitest";
import type { Person, RepositoryRef } from "../loop/work.ts";
import type { RepositoryCommand } from "./commands.ts";
import { decideRepository } from "./decide.ts";
import { RepositoryEvent } from "./events.ts";
import { evolveRepository, initialRepository } from "./evolve.ts";
import { reactRepository } from "./react.ts";
import type { Repository } from "./state.ts";

/** Everything between objects may be delivered twice, late, or for something that is gone. */

const ann: Person = { kind: "person", id: "ann", authenticated: "local-token", ip: null };
const repository: RepositoryRef = {
  ...{ connection: "plain-git", id: "r1", name: "demo", url: "/demo", defaultBranch: "main" },
};
const loop = "plain-git/r1/1#1";
const add: RepositoryCommand = { type: "AddRepository", repository, config: { "auto-next": "on" }, by: ann };
const issue = (number: number): RepositoryCommand => ({
  ...{ type: "CreateIssue", number, title: `Issue ${number}`, bodySha256: "", labels: [], author: "ann" },
});
const queue = (number: number): RepositoryCommand => ({
  ...{ type: "QueueLoop", issue: number, requester: ann, confirm: false, preApprove: [] },
});
const close: RepositoryCommand = { type: "CloseIssue", number: 1 };
const askTurn: RepositoryCommand = { type: "RequestMergeTurn", loop };

function after(...commands: RepositoryCommand[]): Repository {
  return commands.reduce<Repository>(
    (state, command) =>
      decideRepository(command, state, { membersMin: 1, at: 0 }).reduce(evolveRepository, state),
    initialRepository,
  );
}
const typesOf = (state: Repository, command: RepositoryCommand) =>
  decideRepository(command, state, { membersMin: 1, at: 0 }).map((event) => {
    RepositoryEvent.parse(event);
    return event.type;
  });

test.each([
  ["a repository added twice", [add], add],
  ["an issue made twice", [add, issue(1)], issue(1)],
  ["an issue closed twice", [add, issue(1), close], close],
  ["an unknown issue closed", [add], close],
  ["the same config", [add], { type: "ChangeConfig", config: { "auto-next": "on" } }],
  [
    "a slot asked for twice",
    [add, issue(1), issue(2), queue(1), queue(2)],
    { type: "RequestSlot", loop: "plain-git/r1/2#1" },
  ],
  [
    "a slot of an unknown loop released",
    [add],
    { type: "ReleaseSlot", loop, claim: "x", reason: "", ended: true },
  ],
  [
    "a merge turn given back by a loop that never had one",
    [add, issue(1), queue(1)],
    { type: "ReleaseMergeTurn", loop, turn: null },
  ],
] as [string, RepositoryCommand[], RepositoryCommand][])("%s changes nothing", (_, before, command) => {
  expect(typesOf(after(...before), command)).toEqual([]);
});

test("a loop that waits for its merge turn twice stands in the queue once", () => {
  const second = "plain-git/r1/2#1";
  const ask: RepositoryCommand = { type: "RequestMergeTurn", loop: second };
  expect(typesOf(after(add, askTurn, ask), ask)).toEqual([]);
});

test("a loop that ended or never was cannot ask for a slot", () => {
  const ask: RepositoryCommand = { type: "RequestSlot", loop };
  const ended: RepositoryCommand = {
    type: "ReleaseSlot",
    loop,
    claim: `${loop}~s1`,
    reason: "merged",
    ended: true,
  };
  expect(() => typesOf(after(add), ask)).toThrow("not a running loop");
  expect(() => typesOf(after(add, issue(1), queue(1), ended), ask)).toThrow("not a running loop");
});

test("a freed slot goes to who waits before auto-next picks anything", () => {
  const state = after(add, issue(1), issue(2), issue(3), queue(1), queue(2));
  const ended: RepositoryCommand = {
    type: "ReleaseSlot",
    loop,
    claim: `${loop}~s1`,
    reason: "merged",
    ended: true,
  };
  expect(typesOf(state, ended)).toEqual(["SlotReleased", "SlotGranted"]);
});

test("auto-next ends when every open issue was tried", () => {
  const ended: RepositoryCommand = {
    type: "ReleaseSlot",
    loop,
    claim: `${loop}~s1`,
    reason: "merged",
    ended: true,
  };
  expect(typesOf(after(add, issue(1), queue(1)), ended)).toEqual(["SlotReleased"]);
});

test("the coordinator wants starts, slots and turns told; of an unknown repository nothing", () => {
  expect(reactRepository(initialRepository).effects).toEqual([]);
  const resumed = after(add, issue(1), queue(1), { type: "RequestSlot", loop }, askTurn);
  expect(reactRepository(resumed).effects.map((one) => one.kind)).toEqual(["grant-slot", "grant-merge-turn"]);
});

test("events of an unknown repository, or a grant that nobody waits for, do no harm", () => {
  expect(evolveRepository(initialRepository, { type: "IssueClosed", number: 1 })).toEqual(initialRepository);
  const known = after(add, issue(1), issue(2));
  expect(evolveRepository(known, { type: "SlotGranted", loop, claim: "x" })).toEqual(known);
  expect(evolveRepository(known, { type: "MergeTurnReleased", loop })).toEqual(known);
});
