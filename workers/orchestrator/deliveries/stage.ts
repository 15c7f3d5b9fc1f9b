import type { Person, RepositoryRef } from "@tamma/core/domain/loop/work.ts";
import type { CommentNews, PlatformUser } from "@tamma/core/domain/platform/webhook.ts";
import type { KnownRepository } from "@tamma/core/domain/repository/state.ts";
import type { IssueNow } from "@tamma/core/ports/platform-reading.ts";
import type { PlatformRepository } from "@tamma/core/ports/platform-repository.ts";
import type { Answer, Caller, LoopStarted } from "../../rpc.ts";
import type { IssueLoopRpc, LoopRow } from "../objects.ts";
import type { HeardRows } from "./heard-rows.ts";
import type { Writers } from "./writers.ts";

/** What acting on a delivery needs of the repository's object. */
export interface ActingPorts {
  known(): KnownRepository | null;
  /** Loops as their last note told; one that just began or moved may not be there yet. */
  loops(): LoopRow[];
  platform(repository: RepositoryRef): Promise<PlatformRepository>;
  /** `seen`: the issue as it was read a moment ago. */
  queueLoop(caller: Caller, issue: number, seen?: IssueNow): Promise<Answer<LoopStarted>>;
  /** False: the loop does not stand in the queue. */
  unqueue(caller: Caller, loop: string): Promise<boolean>;
  loopAt(name: string): Pick<IssueLoopRpc, "command" | "obey" | "view">;
  heard: HeardRows;
  writers: Writers;
  now(): number;
}

/** One act: where it plays, and who Tamma is there. */
export interface Stage {
  readonly ports: ActingPorts;
  readonly repository: RepositoryRef;
  readonly platform: PlatformRepository;
  /** Whoever the connection's credential belongs to. */
  readonly account: PlatformUser;
  /** Names what is done here once, whatever is delivered or looked at again. */
  readonly occasion: string;
}

/** A comment, and the conversation in which it stands. */
export interface Spoken {
  readonly on: "issue" | "pull-request";
  readonly number: number;
  readonly comment: CommentNews;
}

/** Somebody on a platform, as the record names him: the id is never another's, the login is for readers. */
export function personOf({ connection }: RepositoryRef, { login, id }: PlatformUser): Person {
  const name = `${connection}:${login}:${id}`;
  return { kind: "person", id: name, authenticated: `webhook:${connection}`, ip: null };
}

export function callerOf(stage: Stage, user: PlatformUser): Caller {
  return { person: personOf(stage.repository, user), commandId: stage.occasion, via: "comment" };
}
