import { canonicalJson } from "@tamma/core/domain/audit/canonical-json.ts";
import type { Envelope } from "@tamma/core/domain/loop/events.ts";
import { evolve, initialLoop } from "@tamma/core/domain/loop/evolve.ts";
import type { Loop } from "@tamma/core/domain/loop/state.ts";
import { upcast } from "@tamma/core/domain/loop/upcast.ts";
import {
  endedComment,
  noticeComment,
  stateLine,
  stickyComment,
} from "@tamma/core/domain/projections/comments.ts";
import { eventLine } from "@tamma/core/domain/projections/event-line.ts";
import { loopView } from "@tamma/core/domain/projections/loop-view.ts";
import { summary } from "@tamma/core/domain/projections/summary.ts";
import { evolveRepository, initialRepository } from "@tamma/core/domain/repository/evolve.ts";
import { reactRepository } from "@tamma/core/domain/repository/react.ts";
import type { Repository } from "@tamma/core/domain/repository/state.ts";
import { upcastRepository } from "@tamma/core/domain/repository/upcast.ts";
import { sha256 } from "./teller.ts";

/**
 * What a history folds to: the state at its end, what people see of it, and its story. In the story each
 * event is a line, and after each command stands the state that it left: `=> digest, words`.
 */
export interface Folded {
  story: string[];
  [part: string]: unknown;
}

const loopUrl = "http://tamma.test/loops/7";

export function foldLoop(envelopes: readonly Envelope[]): Folded {
  let loop: Loop = initialLoop;
  const story: string[] = [];
  const notices: string[] = [];
  for (const [index, envelope] of envelopes.entries()) {
    const event = upcast(envelope);
    loop = evolve(loop, event, envelope.at);
    story.push(`${envelope.seq} ${event.type}: ${eventLine(event)}`);
    if (envelopes[index + 1]?.causationId === envelope.causationId || loop.state === "not-started") continue;
    story.push(station(loop, stateLine(loop)));
    const notice = loop.state === "ended" ? endedComment(loop, loopUrl) : noticeComment(loop, loopUrl);
    if (notice !== null && notice !== notices.at(-1)) notices.push(notice);
  }
  if (loop.state === "not-started") throw new Error("a history begins with the start of its loop");
  const sticky = stickyComment(loop, loopUrl);
  const view = withoutRepeats({ ...loopView(loop, [...envelopes]) }, { ...loop.facts });
  return json({ summary: summary(loop), state: loop, view, sticky, notices, story });
}

export function foldRepository(envelopes: readonly Envelope[]): Folded {
  let repository: Repository = initialRepository;
  const story: string[] = [];
  for (const [index, envelope] of envelopes.entries()) {
    const event = upcastRepository(envelope);
    repository = evolveRepository(repository, event);
    story.push(`${envelope.seq} ${event.type}`);
    if (envelopes[index + 1]?.causationId === envelope.causationId) continue;
    story.push(station(repository, placesOf(repository)));
  }
  return json({ state: repository, wants: reactRepository(repository), story });
}

/** The account has no state: its events are all there is. */
export function foldAccount(envelopes: readonly Envelope[]): Folded {
  return { story: envelopes.map(({ seq, type, payload }) => `${seq} ${type}: ${canonicalJson(payload)}`) };
}

function placesOf(repository: Repository): string {
  if (repository.state === "unknown") return "unknown";
  const { queue, holders, mergeTurn, mergeQueue } = repository;
  const names = (list: { loop: string }[]) => list.map((one) => one.loop).join(" ") || "-";
  return `slots ${names(holders)} · queue ${names(queue)} · turn ${mergeTurn?.loop ?? "-"} · waits ${
    mergeQueue.join(" ") || "-"
  }`;
}

/** A digest of the whole state stands for it: at the end of the history it is there in full. */
function station(state: unknown, words: string): string {
  return `=> ${sha256(canonicalJson(json({ state }))).slice(0, 12)}, ${words}`;
}

/** Parts of the view that are the state's own are not written twice. */
function withoutRepeats(view: Record<string, unknown>, facts: Record<string, unknown>): unknown {
  const same = (key: string) => JSON.stringify(view[key]) === JSON.stringify(facts[key]);
  return Object.fromEntries(
    Object.entries(view).map(([key, value]) => [key, key in facts && same(key) ? "as in the state" : value]),
  );
}

/** As it comes back from a file. */
function json<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
