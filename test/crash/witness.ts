import type { LoopView } from "@tamma/core/domain/loop/view.ts";
import type { CommandAnswer, EventLine, EventPage } from "@tamma/core/protocol/rest.ts";
import { tick } from "../journey/processes.ts";
import type { Stage } from "../journey/stage.ts";

/** A request that hangs longer died with whoever should have answered it. */
const answerMs = 10_000;
const pageEvents = 200;

/** A command that the server said yes to. */
export interface Acknowledged {
  commandId: string;
  seq: number;
  /** How many kills had happened when the answer came. */
  kills: number;
}

/** An event that the server has shown. */
export interface Shown {
  event: EventLine;
  kills: number;
}

/**
 * A client that believes what it is told: it keeps every acknowledged command and every event that it was
 * shown, and repeats what was not answered under the same id.
 */
export interface Witness {
  readonly acknowledged: Acknowledged[];
  readonly shown: Shown[];
  /** Events that were shown twice under one number with different hashes. */
  readonly forked: number[];
  readonly kills: number;
  /** Counts a kill: what was promised before it is what it endangers. */
  killed(): void;
  /** Repeats until there is an answer. Throws on a refusal. */
  command<T>(path: string, commandId: string, body: unknown): Promise<T>;
  view(loop: string): Promise<LoopView>;
  /** Reads on from the last event that was shown. */
  look(loop: string): Promise<void>;
  all(loop: string): Promise<EventLine[]>;
  get<T>(path: string): Promise<T>;
}

export function witnessOf(stage: Stage, giveUp: AbortSignal): Witness {
  const acknowledged: Acknowledged[] = [];
  const shown: Shown[] = [];
  const forked: number[] = [];
  let kills = 0;

  async function ask<T>(method: string, path: string, body?: unknown, commandId?: string): Promise<T> {
    for (;;) {
      const answer = await once(method, path, body, commandId);
      if (answer !== null) return answer.value as T;
      if (giveUp.aborted) throw new Error(`${method} ${path} was never answered`);
      await tick();
    }
  }

  /** Null: nobody can know whether it was done. */
  async function once(method: string, path: string, body: unknown, commandId: string | undefined) {
    let text: string;
    let status: number;
    try {
      const headers: Record<string, string> = commandId ? { "idempotency-key": commandId } : {};
      const response = await stage.raw(method, path, body, headers, AbortSignal.timeout(answerMs));
      status = response.status;
      text = await response.text();
    } catch {
      return null;
    }
    if (status >= 500) return null;
    if (status >= 400) throw new Error(`${method} ${path}: ${status} ${text}`);
    return { value: JSON.parse(text) as unknown };
  }

  const page = (loop: string, after: number) =>
    ask<EventPage>("GET", `${pathOf(loop)}/events?after=${after}&limit=${pageEvents}`);

  async function readOn(loop: string, after: number): Promise<EventLine[]> {
    const events: EventLine[] = [];
    for (;;) {
      const next = await page(loop, events.at(-1)?.seq ?? after);
      if (next.events.length === 0) return events;
      events.push(...next.events);
    }
  }

  return {
    acknowledged,
    shown,
    forked,
    get kills() {
      return kills;
    },
    killed: () => {
      kills += 1;
    },
    command: async (path, commandId, body) => {
      const value = await ask<unknown>("POST", path, body, commandId);
      const { seq } = value as Partial<CommandAnswer>;
      if (typeof seq === "number") acknowledged.push({ commandId, seq, kills });
      return value as never;
    },
    view: (loop) => ask("GET", pathOf(loop)),
    look: async (loop) => {
      for (const event of await readOn(loop, shown.at(-1)?.event.seq ?? 0)) {
        const before = shown.find((each) => each.event.seq === event.seq);
        if (!before) shown.push({ event, kills });
        else if (before.event.hash !== event.hash) forked.push(event.seq);
      }
    },
    all: (loop) => readOn(loop, 0),
    get: (path) => ask("GET", path),
  };
}

export function pathOf(loop: string): string {
  return `/api/v1/loops/${encodeURIComponent(loop)}`;
}
