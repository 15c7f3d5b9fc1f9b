import { expect, test } from "vitest";
import type { Person, RepositoryRef } from "../loop/work.ts";
import type { ProjectConfig } from "../project-config.ts";
import type { RepositoryCommand } from "./commands.ts";
import { decideRepository } from "./decide.ts";
import type { RepositoryEvent } from "./events.ts";
import { evolveRepository, initialRepository } from "./evolve.ts";
import { reactRepository } from "./react.ts";
import { concernedLoopsOf, type Repository } from "./state.ts";

const ann: Person = { kind: "person", id: "ann", authenticated: "local-token", ip: null };
const repository: RepositoryRef = {
  connection: "plain-git",
  id: "r1",
  name: "demo",
  url: "/demo",
  defaultBranch: "main",
};
const loopOf = (issue: number, run = 1) => `plain-git/r1/${issue}#${run}`;

const added = (config: ProjectConfig = {}): RepositoryCommand => ({
  type: "AddRepository",
  repository,
  config,
  by: ann,
});
const issue = (number: number): RepositoryCommand => ({
  type: "CreateIssue",
  number,
  title: `Issue ${number}`,
  bodySha256: "",
  labels: [],
  author: "ann",
});
const queue = (number: number): RepositoryCommand => ({
  type: "QueueLoop",
  issue: number,
  requester: ann,
  confirm: false,
  preApprove: [],
});
const release = (loop: string, ended = true, claim = `${loop}~s1`): RepositoryCommand => {
  return { type: "ReleaseSlot", loop, claim, reason: "merged", ended };
};

function run(
  command: RepositoryCommand,
  state: Repository,
  at = 0,
): { events: RepositoryEvent[]; state: Repository } {
  const events = decideRepository(command, state, { membersMin: 1, at });
  return { events, state: events.reduce(evolveRepository, state) };
}

function given(...commands: RepositoryCommand[]) {
  const state = commands.reduce((after, command) => run(command, after).state, initialRepository);
  return {
    when(command: RepositoryCommand) {
      const after = run(command, state);
      return {
        // biome-ignore lint/suspicious/noThenProperty: given / when / then is the form of every domain test
        then: (...types: RepositoryEvent["type"][]) => {
          expect(after.events.map((event) => event.type)).toEqual(types);
          return after;
        },
      };
    },
    refuses: (command: RepositoryCommand, message: RegExp) =>
      expect(() => run(command, state)).toThrow(message),
  };
}

test("with a free slot a queued loop starts at once", () => {
  const { state } = given(added(), issue(1)).when(queue(1)).then("LoopQueued", "SlotGranted");
  expect(reactRepository(state).effects).toEqual([
    { kind: "start-loop", key: `start:${loopOf(1)}~s1`, loop: loopOf(1), issue: 1, claim: `${loopOf(1)}~s1` },
  ]);
});

test("of two issues and one slot the second waits until the first gives it back", () => {
  const both = [added(), issue(1), issue(2), queue(1)];
  given(...both)
    .when(queue(2))
    .then("LoopQueued");
  given(...both, queue(2))
    .when(release(loopOf(1)))
    .then("SlotReleased", "SlotGranted");
});

test("two slots let two loops run at once", () => {
  given(added({ slots: 2 }), issue(1), issue(2), queue(1))
    .when(queue(2))
    .then("LoopQueued", "SlotGranted");
});

test("an issue with a running loop is not queued again", () => {
  given(added(), issue(1), queue(1)).when(queue(1)).then();
});

test("after its end an issue can be tried again as the next run", () => {
  const { events } = given(added(), issue(1), queue(1), release(loopOf(1)))
    .when(queue(1))
    .then("LoopQueued", "SlotGranted");
  expect(events[0]).toMatchObject({ loop: loopOf(1, 2) });
});

test("auto-next picks the oldest open issue that was never tried", () => {
  const tried = [
    issue(1),
    issue(2),
    issue(3),
    issue(4),
    queue(1),
    { type: "CloseIssue", number: 2 } as const,
  ];
  const { events } = given(added({ "auto-next": "on" }), ...tried)
    .when(release(loopOf(1)))
    .then("SlotReleased", "LoopQueued", "SlotGranted");
  expect(events[1]).toMatchObject({ issue: 3, reason: "auto-next", preApprove: [] });
});

test("auto-next never picks an escalated issue again, and stops when nothing is left", () => {
  given(added({ "auto-next": "on" }), issue(1), queue(1))
    .when(release(loopOf(1), false))
    .then("SlotReleased");
});

test("auto-next is off unless the repository says on", () => {
  given(added(), issue(1), issue(2), queue(1))
    .when(release(loopOf(1)))
    .then("SlotReleased");
});

test("a loop that gave its slot away asks again and gets its own claim", () => {
  const { events } = given(added(), issue(1), queue(1), release(loopOf(1), false))
    .when({ type: "RequestSlot", loop: loopOf(1) })
    .then("LoopQueued", "SlotGranted");
  expect(events[1]).toMatchObject({ claim: `${loopOf(1)}~s2.0` });
});

test("what a repository grants in another past of its own has another name; a start has the same", () => {
  const waiting = [added(), issue(1), queue(1), release(loopOf(1), false)];
  const { state } = given(...waiting)
    .when({ type: "RequestMergeTurn", loop: loopOf(2) })
    .then("MergeTurnRequested", "MergeTurnGranted");
  const named = (command: RepositoryCommand, before: Repository, at: number) =>
    reactRepository(run(command, before, at).state).effects.map(({ key }) => key);
  const slot: RepositoryCommand = { type: "RequestSlot", loop: loopOf(1) };
  const turn: RepositoryCommand = { type: "RequestMergeTurn", loop: loopOf(2) };
  for (const asks of [slot, turn]) {
    expect(named(asks, state, 1)).toEqual(named(asks, state, 1));
    expect(named(asks, state, 1)).not.toEqual(named(asks, state, 2));
  }
  const before = [added(), issue(1)].reduce((now, command) => run(command, now).state, initialRepository);
  expect(named(queue(1), before, 1)).toEqual(named(queue(1), before, 2));
});

test("only one loop at a time has the merge turn", () => {
  const two = [added({ slots: 2 }), issue(1), issue(2), queue(1), queue(2)];
  const first: RepositoryCommand = { type: "RequestMergeTurn", loop: loopOf(1) };
  const second: RepositoryCommand = { type: "RequestMergeTurn", loop: loopOf(2) };
  given(...two)
    .when(first)
    .then("MergeTurnRequested", "MergeTurnGranted");
  given(...two, first)
    .when(second)
    .then("MergeTurnRequested");
  given(...two, first, second)
    .when({ type: "ReleaseMergeTurn", loop: loopOf(1), turn: `${loopOf(1)}~m1.0` })
    .then("MergeTurnReleased", "MergeTurnGranted");
});

test("a loop from before turns had names gives back the one that it has", () => {
  const ask: RepositoryCommand = { type: "RequestMergeTurn", loop: loopOf(1) };
  const back: RepositoryCommand = { type: "ReleaseMergeTurn", loop: loopOf(1), turn: null };
  given(added(), issue(1), queue(1), ask).when(back).then("MergeTurnReleased");
  given(added(), issue(1), queue(1), ask, back).when(back).then();
});

test("a loop that did not take its merge turn gets another one when it asks again", () => {
  const ask: RepositoryCommand = { type: "RequestMergeTurn", loop: loopOf(1) };
  given(added(), issue(1), queue(1), ask)
    .when(ask)
    .then("MergeTurnReleased", "MergeTurnRequested", "MergeTurnGranted");
});

test("an old merge turn that comes back late leaves the present one alone", () => {
  const ask: RepositoryCommand = { type: "RequestMergeTurn", loop: loopOf(1) };
  const late: RepositoryCommand = { type: "ReleaseMergeTurn", loop: loopOf(1), turn: `${loopOf(1)}~m1.0` };
  given(added(), issue(1), queue(1), ask, ask).when(late).then();
});

test("a release that comes after the next grant takes nothing away", () => {
  const again: RepositoryCommand = { type: "RequestSlot", loop: loopOf(1) };
  given(added(), issue(1), queue(1), again)
    .when(release(loopOf(1), false))
    .then();
});

test("a loop that asks before its release arrived gets a new claim", () => {
  given(added(), issue(1), queue(1))
    .when({ type: "RequestSlot", loop: loopOf(1) })
    .then("SlotReleased", "LoopQueued", "SlotGranted");
});

test("a loop that ends in its merge turn gives the turn back", () => {
  given(added(), issue(1), queue(1), { type: "RequestMergeTurn", loop: loopOf(1) })
    .when(release(loopOf(1)))
    .then("MergeTurnReleased", "SlotReleased");
});

test("releasing twice changes nothing the second time", () => {
  given(added(), issue(1), queue(1), release(loopOf(1)))
    .when(release(loopOf(1)))
    .then();
});

test("a loop cancelled in the queue leaves it", () => {
  given(added(), issue(1), issue(2), queue(1), queue(2))
    .when(release(loopOf(2)))
    .then("LoopUnqueued", "LoopEnded");
});

test("more slots in the config start what waits", () => {
  given(added(), issue(1), issue(2), queue(1), queue(2))
    .when({ type: "ChangeConfig", config: { slots: 2 } })
    .then("ConfigChanged", "SlotGranted");
});

test("unknown repositories, unknown and closed issues and impossible levels are refused", () => {
  given().refuses(queue(1), /never added/);
  given(added()).refuses(queue(1), /no issue 1/);
  given(added(), issue(1), { type: "CloseIssue", number: 1 }).refuses(queue(1), /closed/);
  given(added({ level: "business/guardian" }), issue(1)).refuses(queue(1), /two persons/);
});

test("adding a repository again takes over its settings, and nothing when there are none", () => {
  const again = (config: ProjectConfig): RepositoryCommand => ({ ...added(), config }) as RepositoryCommand;
  const { state } = given(added())
    .when(again({ slots: 2 }))
    .then("ConfigChanged");
  expect(state.state === "known" && state.config).toEqual({ slots: 2 });
  given(added(), again({ slots: 2 }))
    .when(again({ slots: 2 }))
    .then();
  given(added(), again({ slots: 2 }))
    .when(again({}))
    .then();
});

test("a loop that it never queued is concerned while it waits for the merge turn or has it", () => {
  const [known, stranger, waiting] = [loopOf(1), loopOf(2), loopOf(3)];
  const turnFor = (loop: string): RepositoryCommand => ({ type: "RequestMergeTurn", loop });
  const { state } = given(added(), issue(1), queue(1), turnFor(stranger))
    .when(turnFor(waiting))
    .then("MergeTurnRequested");
  expect(state.state === "known" && concernedLoopsOf(state)).toEqual(new Set([known, stranger, waiting]));
});
