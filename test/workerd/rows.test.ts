import { applyD1Migrations, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeAll } from "vitest";
import { aesCipher, sha256Hex } from "../../workers/orchestrator/cipher.ts";
import { clockRows } from "../../workers/orchestrator/clock-rows.ts";
import { d1Copy } from "../../workers/orchestrator/d1-log.ts";
import { leaseInstances, leaseRows, leaseTables } from "../../workers/orchestrator/lease-rows.ts";
import { indexTables, jobHolders, repositoryIndex } from "../../workers/orchestrator/repository-index.ts";
import { migrate } from "../../workers/orchestrator/sqlite-schema.ts";
import { sqliteStore } from "../../workers/orchestrator/sqlite-store.ts";
import { trackerRows, trackerTables } from "../../workers/orchestrator/tracker-rows.ts";
import { turnBoots, turnRows, turnTables } from "../../workers/orchestrator/turn-rows.ts";
import { copiedStoreContract } from "../contracts/copied-store-contract.ts";
import { rowsContract } from "../contracts/rows-contract.ts";
import { testMigrations } from "./world.ts";

const cipher = aesCipher(env.TAMMA_MASTER_KEY);
const own = {
  name: "rows",
  steps: [leaseTables, leaseInstances, turnTables, turnBoots, trackerTables, indexTables, jobHolders],
};
let objects = 0;

beforeAll(async () => {
  await applyD1Migrations(env.DB, testMigrations());
});

/** The storage of an object of our own; the class around it does not matter here. */
function withStorage<T>(work: (storage: DurableObjectStorage) => T | Promise<T>): Promise<T> {
  objects += 1;
  const object = env.ACCOUNT_HUB.get(env.ACCOUNT_HUB.idFromName(`rows ${objects}`));
  return runInDurableObject(object, async (_object, { storage }) => {
    migrate(storage, own);
    return work(storage);
  });
}

rowsContract({
  name: "sqlite",
  withRows: (work) =>
    withStorage(({ sql }) =>
      work({
        leases: (now) => leaseRows(sql, now),
        turns: (boot) => turnRows(sql, boot),
        index: () => repositoryIndex(sql, cipher),
        tracker: () => trackerRows(sql, cipher),
        clock: () => clockRows(sql),
      }),
    ),
});

copiedStoreContract({
  name: "D1",
  sha256: sha256Hex,
  withCopy: (work) => withStorage((storage) => work(sqliteStore(storage, cipher), d1Copy(env.DB))),
});
