import type { Delivery, DeliveryPage, DeliveryQuery } from "@tamma/core/protocol/deliveries.ts";
import type { Repository } from "@tamma/core/protocol/rest.ts";
import type { Answer } from "../../rpc.ts";
import { accountHub, repoCoordinator } from "../objects.ts";
import { type Parts, repositoryAt } from "../parts.ts";
import { ok } from "../refusal.ts";
import type { KeptDelivery, ListedFrom } from "./delivery-rows.ts";

/** Repositories that are asked at once. */
const atOnce = 8;

/** One line of the list, with what it is sorted by: time, then a name that no other line has. */
interface Line {
  at: number;
  name: string;
  delivery: Delivery;
}

/**
 * What the account's own connections and repositories were sent, the newest first. Each repository keeps its
 * own; what proved nothing belongs to its connection.
 */
export async function listDeliveries(parts: Parts, query: DeliveryQuery): Promise<Answer<DeliveryPage>> {
  const { repository: key, before, limit } = query;
  const found = key === undefined ? null : await repositoryAt(parts, key);
  if (found && !found.ok) return found;
  const own = found ? [found.value.repository] : await accountHub(parts.env).repositories();
  const from = before === undefined ? null : cursorIn(before);
  const lines: Line[] = found ? [] : await unproven(parts, from);
  for (let at = 0; at < own.length; at += atOnce)
    for (const part of await Promise.all(own.slice(at, at + atOnce).map((each) => kept(parts, each, query))))
      lines.push(...part);
  lines.sort((a, b) => b.at - a.at || (a.name < b.name ? 1 : -1));
  const page = lines.slice(0, limit);
  const last = page.at(-1);
  const next = last && lines.length > limit ? `${last.at}~${last.name}` : null;
  return ok({ deliveries: page.map(({ delivery }) => delivery), next });
}

type Cursor = { at: number; name: string };

function cursorIn(before: string): Cursor {
  const cut = before.indexOf("~");
  return { at: Number(before.slice(0, cut)), name: before.slice(cut + 1) };
}

const isBehind = ({ at, name }: Cursor, from: Cursor) => at < from.at || (at === from.at && name < from.name);

async function unproven({ env }: Parts, from: Cursor | null): Promise<Line[]> {
  const lines = (await accountHub(env).refusedDeliveries()).map(({ n, connection, at, why }) => ({
    ...{ at, name: `${connection} ${String(n).padStart(12, "0")}` },
    delivery: {
      ...{ connection, repository: null, id: null, event: null, at },
      ...{ outcome: "refused" as const, reason: why, loop: null },
    },
  }));
  return lines.filter((line) => from === null || isBehind(line, from));
}

async function kept({ env }: Parts, repository: Repository, query: DeliveryQuery): Promise<Line[]> {
  const { connection, id } = repository;
  const prefix = `${connection}/${id}/`;
  const from = query.before === undefined ? null : cursorIn(query.before);
  const wish: ListedFrom = {
    before: from && { at: from.at, idBelow: from.name, prefix },
    onlyRefused: query.only === "refused",
    // One more than is shown tells whether there are more.
    limit: query.limit + 1,
  };
  const rows = await repoCoordinator(env, repository).deliveries(wish);
  return rows.map((row) => ({
    ...{ at: row.at, name: `${prefix}${row.id}` },
    delivery: shown(row, repository, env.TAMMA_ORIGIN),
  }));
}

function shown(
  { id, event, at, outcome, reason, loop }: KeptDelivery,
  { connection, ...repository }: Repository,
  origin: string,
): Delivery {
  const page = loop === null ? null : { id: loop, url: `${origin}/app/loops/${encodeURIComponent(loop)}` };
  const { id: number, name } = repository;
  return { connection, repository: { id: number, name }, id, event, at, outcome, reason, loop: page };
}
