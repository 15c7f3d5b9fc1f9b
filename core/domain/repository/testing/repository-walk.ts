import { CommandRefused } from "../../errors.ts";
import type { Person, RepositoryRef } from "../../loop/work.ts";
import type { ProjectConfig } from "../../project-config.ts";
import type { RepositoryCommand } from "../commands.ts";
import { decideRepository } from "../decide.ts";
import type { RepositoryEvent } from "../events.ts";
import { evolveRepository, initialRepository } from "../evolve.ts";
import type { Repository } from "../state.ts";
import { brokenLaws, restLaws } from "./repository-laws.ts";
import { emptyLedger, noted, type RepositoryLedger } from "./repository-ledger.ts";

const ann: Person = { kind: "person", id: "ann", authenticated: "local-token", ip: null };
const ref: RepositoryRef = {
  ...{ connection: "plain-git", id: "r1", name: "demo", url: "/demo", defaultBranch: "main" },
};

/** What is said to the repository, so that no walk has to try everything with everything. */
export interface RepositoryWorld {
  name: string;
  config: ProjectConfig;
  /** Three are enough for one that works, one that waits and one that comes later. */
  loopsMax: number;
  about: readonly ("slots" | "config" | "turns")[];
  /** A running loop that was queued in a past which a restore took away. */
  stranger?: string;
}

export const repositoryWorlds: RepositoryWorld[] = [
  { name: "one slot", config: {}, loopsMax: 3, about: ["slots"] },
  { name: "two slots", config: { slots: 2 }, loopsMax: 3, about: ["slots"] },
  { name: "slots come and go", config: {}, loopsMax: 2, about: ["slots", "config"] },
  { name: "the next issue is picked", config: { "auto-next": "on" }, loopsMax: 3, about: ["slots"] },
  { name: "merge turns", config: { slots: 3 }, loopsMax: 3, about: ["turns"] },
  { name: "slots and merge turns", config: { slots: 2 }, loopsMax: 2, about: ["slots", "turns"] },
  { name: "a loop of another past", config: {}, loopsMax: 2, about: ["turns"], stranger: "plain-git/r1/3#7" },
];

interface Place {
  state: Repository;
  ledger: RepositoryLedger;
  said: string;
  from: Place | null;
}

/**
 * Breadth first over everything that may be asked of a repository with three issues, in any order, late and
 * twice. Numbers of grants and turns are left out of the comparison of states. It ends at the first place
 * that breaks a law, and says the way there.
 */
export function walkRepository(world: RepositoryWorld): { states: number; broken: string[] } {
  const start: Place = { state: initialRepository, ledger: emptyLedger, said: "", from: null };
  const queue = opening(world.config).reduce<Place[]>((places, command) => {
    const next = after(places.at(-1) ?? start, command, []);
    return next ? [next] : places;
  }, []);
  const seen = new Set(queue.map(keyOf));
  for (let at = 0; at < queue.length; at += 1) {
    const place = queue[at] as Place;
    const broken = restLaws(place.state, place.ledger);
    for (const command of possible(place, world)) {
      const next = after(place, command, broken);
      if (!next) continue;
      if (isOnce(command) && after(next, command, []) !== null)
        broken.push(`${command.type} twice counts twice`);
      const key = keyOf(next);
      if (seen.has(key)) continue;
      seen.add(key);
      queue.push(next);
    }
    if (broken.length > 0) return { states: at + 1, broken: [...broken, `the way there: ${wayTo(place)}`] };
  }
  return { states: queue.length, broken: [] };
}

function opening(config: ProjectConfig): RepositoryCommand[] {
  const issues = [1, 2, 3].map((number): RepositoryCommand => {
    return {
      type: "CreateIssue",
      number,
      title: `Issue ${number}`,
      bodySha256: "",
      labels: [],
      author: "ann",
    };
  });
  return [{ type: "AddRepository", repository: ref, config, by: ann }, ...issues];
}

/** Null: refused, or nothing was left to do. */
function after(place: Place, command: RepositoryCommand, broken: string[]): Place | null {
  const { state, ledger } = place;
  let events: RepositoryEvent[];
  try {
    events = decideRepository(command, state, { membersMin: 1, at: 0 });
  } catch (thrown) {
    if (!(thrown instanceof CommandRefused)) broken.push(`${command.type} threw ${thrown}`);
    return null;
  }
  broken.push(...brokenLaws(command, events, ledger));
  if (events.length === 0) return null;
  const said = JSON.stringify(command);
  return {
    state: events.reduce(evolveRepository, state),
    ledger: events.reduce(noted, ledger),
    said,
    from: place,
  };
}

/** Whoever asks again although he has it did not hear of it, and gets it anew; all else counts once. */
const isOnce = ({ type }: RepositoryCommand) => type !== "RequestSlot" && type !== "RequestMergeTurn";

/** Everything that people and loops may say; also what they would say if an answer had been lost. */
function possible({ ledger }: Place, { about, loopsMax, stranger }: RepositoryWorld): RepositoryCommand[] {
  const { loops, claims, turns } = ledger;
  const list: RepositoryCommand[] = [{ type: "CloseIssue", number: 3 }];
  if (about.includes("config"))
    for (const slots of [1, 2]) list.push({ type: "ChangeConfig", config: { slots } });
  if (loops.length < loopsMax)
    for (const issue of [1, 2, 3])
      list.push({ type: "QueueLoop", issue, requester: ann, confirm: false, preApprove: [] });
  const speaking = [...loops.map(({ loop }) => loop), ...(stranger === undefined ? [] : [stranger])];
  for (const loop of speaking) {
    list.push({ type: "ReleaseSlot", loop, claim: "", reason: "", ended: true });
    if (about.includes("slots")) {
      list.push({ type: "RequestSlot", loop });
      for (const claim of ownOf(loop, claims))
        list.push({ type: "ReleaseSlot", loop, claim, reason: "", ended: false });
    }
    if (!about.includes("turns")) continue;
    list.push({ type: "RequestMergeTurn", loop });
    for (const turn of ownOf(loop, turns)) list.push({ type: "ReleaseMergeTurn", loop, turn });
  }
  return list;
}

/** Its newest one and the one before: older ones are refused for the same reason. */
const ownOf = (loop: string, names: readonly string[]) =>
  names.filter((name) => name.startsWith(`${loop}~`)).slice(-2);

function keyOf({ state, ledger }: Place): string {
  if (state.state === "unknown") return "unknown";
  const { queue, holders, loops, mergeTurn, mergeQueue, config, issues } = state;
  const held = holders.map(({ loop, kind, claim }) => [
    loop,
    kind,
    ownOf(loop, ledger.claims).indexOf(claim),
  ]);
  const turn = mergeTurn && [mergeTurn.loop, ownOf(mergeTurn.loop, ledger.turns).indexOf(mergeTurn.turn)];
  const known = loops.map(({ loop, ended }) => [loop, ended, ownOf(loop, ledger.claims).length]);
  return JSON.stringify([queue, held, known, turn, mergeQueue, config, issues.map((issue) => issue.open)]);
}

function wayTo(place: Place): string {
  const said: string[] = [];
  for (let at: Place | null = place; at; at = at.from) said.unshift(at.said);
  return said.slice(1).join(", ");
}
