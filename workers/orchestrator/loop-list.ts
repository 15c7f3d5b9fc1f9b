import type { LoopSummary } from "@tamma/core/protocol/rest.ts";
import { desc, eq } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { type Cipher, openJson } from "./cipher.ts";
import { loops } from "./d1-schema.ts";
import { loopBodyContext } from "./loop-notes.ts";

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
