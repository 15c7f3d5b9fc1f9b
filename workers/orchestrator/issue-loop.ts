import { DurableObject } from "cloudflare:workers";
import { inFlight } from "../in-flight.ts";
import { r2BlobStore } from "./blob-store.ts";
import { bootOf } from "./boot.ts";
import { loopPorts } from "./compose.ts";
import { limitedD1Copy } from "./d1-log.ts";
import type { OrchestratorEnv } from "./env.ts";
import { leaseInstances, leaseRows, leaseTables } from "./lease-rows.ts";
import { logRows, logTables } from "./log-rows.ts";
import { listInD1 } from "./loop-list.ts";
import { LoopObject } from "./loop-object.ts";
import { objectHost } from "./object-host.ts";
import { type IssueLoopRpc, repoCoordinator } from "./objects.ts";
import { platformRepositories } from "./platform-repositories.ts";
import { turnBoots, turnRows, turnTables } from "./turn-rows.ts";

const tables = {
  name: "loop",
  steps: [`${leaseTables}; ${logTables}; ${turnTables}`, `${leaseInstances}; ${turnBoots}`],
};

type Args<K extends keyof IssueLoopRpc> = Parameters<IssueLoopRpc[K]>;
type Result<K extends keyof IssueLoopRpc> = ReturnType<IssueLoopRpc[K]>;

/** All runs of one work item as a Durable Object. What it does is in loop-object.ts; this only binds. */
export class IssueLoop extends DurableObject<OrchestratorEnv> implements IssueLoopRpc {
  readonly #object: LoopObject;

  constructor(ctx: DurableObjectState, env: OrchestratorEnv) {
    super(ctx, env);
    const host = objectHost(ctx, env, tables);
    const blobs = r2BlobStore(env.BLOBS, host.cipher);
    const touched = { blobs, repositories: platformRepositories(env) };
    const object = new LoopObject({
      host,
      leases: leaseRows(host.sql, host.clock.now()),
      turns: turnRows(host.sql, bootOf(env)),
      logs: logRows(host.sql, host.cipher, host.redact),
      blobs,
      d1: limitedD1Copy(env.DB),
      list: (row) => listInD1(env.DB, row, host.cipher),
      name: ctx.id.name ?? null,
      coordinatorOf: (repository) => repoCoordinator(env, repository),
      touched: (loop, mergeSha) => loopPorts(env, loop, touched, mergeSha),
      keepAlive: (promise) => ctx.waitUntil(inFlight.during(promise)),
    });
    this.#object = object;
    void ctx.blockConcurrencyWhile(() => object.look()).then(() => object.begin());
  }

  override alarm(): Promise<void> {
    return this.#object.alarm();
  }

  wake(...args: Args<"wake">): Result<"wake"> {
    return this.#object.wake(...args);
  }

  copying(...args: Args<"copying">): Result<"copying"> {
    return this.#object.copying(...args);
  }

  reconcile(...args: Args<"reconcile">): Result<"reconcile"> {
    return this.#object.reconcile(...args);
  }

  start(...args: Args<"start">): Result<"start"> {
    return this.#object.start(...args);
  }

  command(...args: Args<"command">): Result<"command"> {
    return this.#object.command(...args);
  }

  obey(...args: Args<"obey">): Result<"obey"> {
    return this.#object.obey(...args);
  }

  lease(...args: Args<"lease">): Result<"lease"> {
    return this.#object.lease(...args);
  }

  loseLeases(...args: Args<"loseLeases">): Result<"loseLeases"> {
    return this.#object.loseLeases(...args);
  }

  heartbeat(...args: Args<"heartbeat">): Result<"heartbeat"> {
    return this.#object.heartbeat(...args);
  }

  log(...args: Args<"log">): Result<"log"> {
    return this.#object.log(...args);
  }

  holds(...args: Args<"holds">): Result<"holds"> {
    return this.#object.holds(...args);
  }

  result(...args: Args<"result">): Result<"result"> {
    return this.#object.result(...args);
  }

  reserveTurn(...args: Args<"reserveTurn">): Result<"reserveTurn"> {
    return this.#object.reserveTurn(...args);
  }

  touchTurn(...args: Args<"touchTurn">): Result<"touchTurn"> {
    return this.#object.touchTurn(...args);
  }

  settleTurn(...args: Args<"settleTurn">): Result<"settleTurn"> {
    return this.#object.settleTurn(...args);
  }

  view(...args: Args<"view">): Result<"view"> {
    return this.#object.view(...args);
  }

  events(...args: Args<"events">): Result<"events"> {
    return this.#object.events(...args);
  }

  stateAt(...args: Args<"stateAt">): Result<"stateAt"> {
    return this.#object.stateAt(...args);
  }

  verifyChain(...args: Args<"verifyChain">): Result<"verifyChain"> {
    return this.#object.verifyChain(...args);
  }

  rerun(...args: Args<"rerun">): Result<"rerun"> {
    return this.#object.rerun(...args);
  }

  diff(...args: Args<"diff">): Result<"diff"> {
    return this.#object.diff(...args);
  }

  record(...args: Args<"record">): Result<"record"> {
    return this.#object.record(...args);
  }

  readLogs(...args: Args<"readLogs">): Result<"readLogs"> {
    return this.#object.readLogs(...args);
  }

  readLog(...args: Args<"readLog">): Result<"readLog"> {
    return this.#object.readLog(...args);
  }
}
