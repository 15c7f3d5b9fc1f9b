import { AccountEvent } from "@tamma/core/domain/account/events.ts";
import { accountUpcasts } from "@tamma/core/domain/account/upcasts.ts";
import { type Envelope, LoopEvent } from "@tamma/core/domain/loop/events.ts";
import { loopUpcasts } from "@tamma/core/domain/loop/upcasts.ts";
import { RepositoryEvent } from "@tamma/core/domain/repository/events.ts";
import { repositoryUpcasts } from "@tamma/core/domain/repository/upcasts.ts";
import type { Upcasts } from "@tamma/core/domain/upcast.ts";
import { accountMachine } from "../../workers/orchestrator/account-machine.ts";
import { loopMachine } from "../../workers/orchestrator/loop-machine.ts";
import { repositoryMachine } from "../../workers/orchestrator/repository-machine.ts";
import { accountHistories } from "./account-histories.ts";
import { endedHistories } from "./ended-histories.ts";
import { type Folded, foldAccount, foldLoop, foldRepository } from "./folded.ts";
import type { LoopHistories } from "./history.ts";
import { mergedHistories } from "./merged-histories.ts";
import { repositoryHistories } from "./repository-histories.ts";
import { Recording, Told } from "./teller.ts";
import { troubleHistories } from "./trouble-histories.ts";

/** One kind of stream: what can be in it, how production reads it, and the histories that are told of it. */
export interface Kind {
  name: "loop" | "repository" | "account";
  types: readonly string[];
  upcasts: Upcasts;
  /** Where they are written down. */
  upcastsFile: string;
  /** Throws when today's code cannot read it. */
  read(envelope: Envelope): { type: string };
  fold(envelopes: readonly Envelope[]): Folded;
  histories: Readonly<Record<string, () => Envelope[]>>;
}

const typesOf = (schema: { options: readonly { shape: { type: { value: string } } }[] }) =>
  schema.options.map((option) => option.shape.type.value);

const loops: LoopHistories = { ...mergedHistories, ...endedHistories, ...troubleHistories };

export const loopKind: Kind = {
  ...{ name: "loop", types: typesOf(LoopEvent), upcasts: loopUpcasts, fold: foldLoop },
  upcastsFile: "core/domain/loop/upcasts.ts",
  read: loopMachine.upcast,
  histories: told(loops, (name, { settings, tell }) => {
    const one = new Told(name, settings);
    tell(one);
    return one.recording.envelopes();
  }),
};

export const repositoryKind: Kind = {
  ...{
    name: "repository",
    types: typesOf(RepositoryEvent),
    upcasts: repositoryUpcasts,
    fold: foldRepository,
  },
  upcastsFile: "core/domain/repository/upcasts.ts",
  read: repositoryMachine.upcast,
  histories: told(repositoryHistories, (name, { commands }) => {
    const recording = new Recording(repositoryMachine, { kind: "repository", id: "local/calc" }, name);
    for (const command of commands) {
      const system = { kind: "system", id: "tamma" } as const;
      recording.send(command, "by" in command ? command.by : system);
    }
    return recording.envelopes();
  }),
};

const accountKind: Kind = {
  ...{ name: "account", types: typesOf(AccountEvent), upcasts: accountUpcasts, fold: foldAccount },
  upcastsFile: "core/domain/account/upcasts.ts",
  read: accountMachine.upcast,
  histories: told(accountHistories, (name, { events }) => {
    const recording = new Recording(accountMachine, { kind: "account", id: "account" }, name);
    const mia = { kind: "person", id: "mia", authenticated: "local-token", ip: null } as const;
    for (const event of events) recording.send(event, mia);
    return recording.envelopes();
  }),
};

export const kinds: readonly Kind[] = [loopKind, repositoryKind, accountKind];

function told<T>(histories: Readonly<Record<string, T>>, tell: (name: string, history: T) => Envelope[]) {
  const entries = Object.entries(histories);
  return Object.fromEntries(entries.map(([name, history]) => [name, () => tell(name, history)]));
}
