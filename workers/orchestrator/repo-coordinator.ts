import { DurableObject } from "cloudflare:workers";
import { repositoryNameOf } from "@tamma/core/domain/ids.ts";
import { inFlight } from "../in-flight.ts";
import { jobBell } from "../job-bell.ts";
import { limitedD1Copy } from "./d1-log.ts";
import { Deliveries } from "./deliveries/deliveries.ts";
import { deliveryEnds, deliveryOutcomes, deliveryTables } from "./deliveries/delivery-rows.ts";
import { heardTables } from "./deliveries/heard-rows.ts";
import { dispatchRows, dispatchTables } from "./dispatch-rows.ts";
import { Dispatcher } from "./dispatcher.ts";
import { earliest } from "./earliest.ts";
import type { OrchestratorEnv } from "./env.ts";
import { hostedGit } from "./hosted-git.ts";
import { hostedIssues, hostedIssueTables } from "./hosted-issues.ts";
import { objectHost } from "./object-host.ts";
import { accountHub, issueLoop, type RepoCoordinatorRpc } from "./objects.ts";
import { platformRepositories } from "./platform-repositories.ts";
import { quietHere } from "./quiet-places.ts";
import { indexTables, jobHolders, repositoryIndex } from "./repository-index.ts";
import { RepositoryObject } from "./repository-object.ts";
import { trackerRows, trackerTables } from "./tracker-rows.ts";

const tables = {
  name: "repository",
  steps: [
    `${trackerTables}; ${indexTables}`,
    jobHolders,
    deliveryTables,
    `${deliveryOutcomes}; ${heardTables}; ${hostedIssueTables}`,
    dispatchTables,
    deliveryEnds,
  ],
};

type Args<K extends keyof RepoCoordinatorRpc> = Parameters<RepoCoordinatorRpc[K]>;
type Result<K extends keyof RepoCoordinatorRpc> = ReturnType<RepoCoordinatorRpc[K]>;

/** One repository as a Durable Object. What it does is in repository-object.ts; this only binds. */
export class RepoCoordinator extends DurableObject<OrchestratorEnv> implements RepoCoordinatorRpc {
  readonly #object: RepositoryObject;
  readonly #deliveries: Deliveries;
  readonly #dispatcher: Dispatcher;

  constructor(ctx: DurableObjectState, env: OrchestratorEnv) {
    super(ctx, env);
    const host = objectHost(ctx, env, tables);
    const repositories = platformRepositories(env);
    const keepAlive = (promise: Promise<unknown>) => ctx.waitUntil(inFlight.during(promise));
    const index = repositoryIndex(host.sql, host.cipher);
    let deliveries: Deliveries | null = null;
    let runs: Dispatcher | null = null;
    const object: RepositoryObject = new RepositoryObject({
      ...{ host, index, keepAlive },
      tracker: trackerRows(host.sql, host.cipher),
      d1: limitedD1Copy(env.DB),
      name: ctx.id.name ?? null,
      origin: env.TAMMA_ORIGIN,
      loopAt: (name) => issueLoop(env, name),
      gitAccess: (right) => hostedGit(repositories, object.known(), right),
      issues: hostedIssues(host.sql, host.cipher, repositories),
      // Each needs the other: what is due is looked at again when both are there.
      besides: {
        nextAt: () => earliest(deliveries?.nextAt() ?? null, runs?.nextAt() ?? null),
        wake: (at) => {
          deliveries?.wake(at);
          if ((runs?.nextAt() ?? Number.POSITIVE_INFINITY) <= at) runs?.kick();
        },
      },
    });
    this.#object = object;
    deliveries = new Deliveries({
      ...{ host, index, keepAlive, repositories, object },
      loopAt: (name) => issueLoop(env, name),
      acted: () => runs?.kick(),
    });
    runs = new Dispatcher({
      ...{ rows: dispatchRows(host.sql), index, repositories, keepAlive, known: () => object.known() },
      ...{ account: () => accountHub(env), now: () => host.clock.now() },
      loopAt: (name) => issueLoop(env, name),
      ...{ fraction: () => host.chance.fraction(), arm: () => object.arm() },
    });
    this.#dispatcher = runs;
    this.#deliveries = deliveries;
    object.arm();
    void ctx
      .blockConcurrencyWhile(() => object.look())
      .then(() => {
        object.begin();
        this.#dispatcher.kick();
      });
  }

  override alarm(): Promise<void> {
    return this.#object.alarm();
  }

  wake(...[again]: Args<"wake">): Result<"wake"> {
    if (again) this.#deliveries.lookNow();
    return this.#object.wake(again);
  }

  copying(...args: Args<"copying">): Result<"copying"> {
    return this.#object.copying(...args);
  }

  reconcile(...args: Args<"reconcile">): Result<"reconcile"> {
    // Whoever asks what the copies lack also wants to know what the platform told in vain.
    this.#deliveries.lookNow();
    return this.#object.reconcile(...args);
  }

  add(...args: Args<"add">): Result<"add"> {
    return this.#object.add(...args);
  }

  createIssueFor(...args: Args<"createIssueFor">): Result<"createIssueFor"> {
    return this.#object.createIssueFor(...args);
  }

  createIssue(...args: Args<"createIssue">): Result<"createIssue"> {
    return this.#object.createIssue(...args);
  }

  listIssues(...args: Args<"listIssues">): Result<"listIssues"> {
    return this.#object.listIssues(...args);
  }

  getIssue(...args: Args<"getIssue">): Result<"getIssue"> {
    return this.#object.getIssue(...args);
  }

  queueLoop(...args: Args<"queueLoop">): Result<"queueLoop"> {
    return this.#object.queueLoop(...args);
  }

  requestSlot(...args: Args<"requestSlot">): Result<"requestSlot"> {
    return this.#object.requestSlot(...args);
  }

  releaseSlot(...args: Args<"releaseSlot">): Result<"releaseSlot"> {
    return this.#object.releaseSlot(...args);
  }

  requestMergeTurn(...args: Args<"requestMergeTurn">): Result<"requestMergeTurn"> {
    return this.#object.requestMergeTurn(...args);
  }

  releaseMergeTurn(...args: Args<"releaseMergeTurn">): Result<"releaseMergeTurn"> {
    return this.#object.releaseMergeTurn(...args);
  }

  unqueue(...args: Args<"unqueue">): Result<"unqueue"> {
    return this.#object.unqueue(...args);
  }

  async offerJob(...[loop, job]: Args<"offerJob">): Result<"offerJob"> {
    await this.#object.offerJob(loop, job);
    this.#dispatcher.kick();
    const repository = repositoryNameOf(loop);
    if (repository === null) return;
    quietHere.offered(repository);
    jobBell.ring(repository);
  }

  openJobs(...args: Args<"openJobs">): Result<"openJobs"> {
    return this.#object.openJobs(...args);
  }

  holdJob(...args: Args<"holdJob">): Result<"holdJob"> {
    return this.#object.holdJob(...args);
  }

  forgetJob(...args: Args<"forgetJob">): Result<"forgetJob"> {
    return this.#object.forgetJob(...args);
  }

  liveLoops(...args: Args<"liveLoops">): Result<"liveLoops"> {
    return this.#object.liveLoops(...args);
  }

  noteLoop(...args: Args<"noteLoop">): Result<"noteLoop"> {
    return this.#object.noteLoop(...args);
  }

  listLoops(...args: Args<"listLoops">): Result<"listLoops"> {
    return this.#object.listLoops(...args);
  }

  knownLoops(...args: Args<"knownLoops">): Result<"knownLoops"> {
    return this.#object.knownLoops(...args);
  }

  settings(...args: Args<"settings">): Result<"settings"> {
    return this.#object.settings(...args);
  }

  watched(...args: Args<"watched">): Result<"watched"> {
    return this.#object.watched(...args);
  }

  reportRefs(...args: Args<"reportRefs">): Result<"reportRefs"> {
    return this.#object.reportRefs(...args);
  }

  addLabels(...args: Args<"addLabels">): Result<"addLabels"> {
    return this.#object.addLabels(...args);
  }

  removeLabels(...args: Args<"removeLabels">): Result<"removeLabels"> {
    return this.#object.removeLabels(...args);
  }

  putComment(...args: Args<"putComment">): Result<"putComment"> {
    return this.#object.putComment(...args);
  }

  closeIssue(...args: Args<"closeIssue">): Result<"closeIssue"> {
    return this.#object.closeIssue(...args);
  }

  openPull(...args: Args<"openPull">): Result<"openPull"> {
    return this.#object.openPull(...args);
  }

  updatePull(...args: Args<"updatePull">): Result<"updatePull"> {
    return this.#object.updatePull(...args);
  }

  putReview(...args: Args<"putReview">): Result<"putReview"> {
    return this.#object.putReview(...args);
  }

  putReply(...args: Args<"putReply">): Result<"putReply"> {
    return this.#object.putReply(...args);
  }

  putStatus(...args: Args<"putStatus">): Result<"putStatus"> {
    return this.#object.putStatus(...args);
  }

  listStatuses(...args: Args<"listStatuses">): Result<"listStatuses"> {
    return this.#object.listStatuses(...args);
  }

  async takeDelivery(...args: Args<"takeDelivery">): Result<"takeDelivery"> {
    return this.#deliveries.take(...args);
  }

  async deliveries(...args: Args<"deliveries">): Result<"deliveries"> {
    return this.#deliveries.list(...args);
  }
}
