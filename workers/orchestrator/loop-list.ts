import type { LoopSummary } from "@tamma/core/protocol/rest.ts";
import { desc, eq, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { type Cipher, openJson, sealJson } from "./cipher.ts";
import { loops } from "./d1-schema.ts";
import type { LoopRow } from "./objects.ts";

/** One page of the list; older loops are found by search. */
const listedMax = 200;

/** The newest loops as D1 has them. Throws when D1 does not answer. */
export async function listFromD1(
  database: D1Database,
  cipher: Cipher,
  repository: string | null,
): Promise<LoopSummary[]> {
  const rows = await drizzle(database)
    .select({ id: loops.id, keyId: loops.keyId, body: loops.body })
    .from(loops)
    .where(repository === null ? undefined : eq(loops.repository, repository))
    .orderBy(desc(loops.updatedAt))
    .limit(listedMax);
  return rows.map((row) =>
    openJson<LoopSummary>(cipher, row.keyId, new Uint8Array(row.body), loopBodyContext(row.id)),
  );
}

/** Puts a loop's row into the lists; an older row than the one that is there changes nothing. */
export async function listInD1(database: D1Database, row: LoopRow, cipher: Cipher): Promise<void> {
  const { id, repository, issue, word, step, startedAt, updatedAt, costMicroUsd } = row.summary;
  const values = {
    ...{ id, repository, issue, word, step, startedAt, updatedAt, costMicroUsd },
    active: row.active,
    seq: row.seq,
    keyId: cipher.keyId,
    body: Buffer.from(sealJson(cipher, row.summary, loopBodyContext(id))),
  };
  await drizzle(database)
    .insert(loops)
    .values(values)
    .onConflictDoUpdate({ target: loops.id, set: values, setWhere: sql`excluded.seq > ${loops.seq}` });
}

function loopBodyContext(loop: string): string {
  return `loop ${loop}`;
}
