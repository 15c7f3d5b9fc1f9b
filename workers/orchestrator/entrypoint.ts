import { WorkerEntrypoint } from "cloudflare:workers";
import type { TurnOutcome } from "@tamma/core/ports/model.ts";
import type { TurnRequest } from "@tamma/core/protocol/model-turn.ts";
import { inFlight } from "../in-flight.ts";
import type { OrchestratorRpc } from "../rpc.ts";
import * as account from "./account.ts";
import { checkConnection } from "./connection-check.ts";
import { listDeliveries } from "./deliveries/list.ts";
import { takeWebhook } from "./deliveries/webhook-door.ts";
import type { OrchestratorEnv } from "./env.ts";
import { health } from "./health.ts";
import * as loops from "./loops.ts";
import { accountHub, type WorkerRpc } from "./objects.ts";
import { type Parts, partsOf } from "./parts.ts";
import * as people from "./people.ts";
import { reconcile } from "./reconcile.ts";
import * as repositories from "./repositories.ts";
import { resume } from "./resume.ts";
import { runnerToken } from "./runner-tokens.ts";
import * as runners from "./runners.ts";
import * as turns from "./turns.ts";

type Rpc = OrchestratorRpc;
type Args<K extends keyof Rpc> = Parameters<Rpc[K]>;
type Result<K extends keyof Rpc> = ReturnType<Rpc[K]>;

/**
 * The front of the orchestrator: finds the object that owns a thing and asks it. Bodies are in the files by
 * noun.
 */
export class Orchestrator extends WorkerEntrypoint<OrchestratorEnv> implements Rpc, WorkerRpc {
  get #parts(): Parts {
    return partsOf(this.env, (promise) => this.ctx.waitUntil(inFlight.during(promise)));
  }

  addRepository(...args: Args<"addRepository">): Result<"addRepository"> {
    return repositories.addRepository(this.#parts, ...args);
  }
  listRepositories(): Result<"listRepositories"> {
    return repositories.listRepositories(this.#parts);
  }
  removeRepository(...args: Args<"removeRepository">): Result<"removeRepository"> {
    return repositories.removeRepository(this.#parts, ...args);
  }
  repositorySettings(...args: Args<"repositorySettings">): Result<"repositorySettings"> {
    return repositories.repositorySettings(this.#parts, ...args);
  }
  createIssue(...args: Args<"createIssue">): Result<"createIssue"> {
    return repositories.createIssue(this.#parts, ...args);
  }
  listIssues(...args: Args<"listIssues">): Result<"listIssues"> {
    return repositories.listIssues(this.#parts, ...args);
  }
  getIssue(...args: Args<"getIssue">): Result<"getIssue"> {
    return repositories.getIssue(this.#parts, ...args);
  }

  startLoop(...args: Args<"startLoop">): Result<"startLoop"> {
    return loops.startLoop(this.#parts, ...args);
  }
  listLoops(...args: Args<"listLoops">): Result<"listLoops"> {
    return loops.listLoops(this.#parts, ...args);
  }
  inbox(): Result<"inbox"> {
    return loops.inbox(this.#parts);
  }
  loopView(...args: Args<"loopView">): Result<"loopView"> {
    return loops.loopView(this.#parts, ...args);
  }
  loopEvents(...args: Args<"loopEvents">): Result<"loopEvents"> {
    return loops.loopEvents(this.#parts, ...args);
  }
  loopStateAt(...args: Args<"loopStateAt">): Result<"loopStateAt"> {
    return loops.loopStateAt(this.#parts, ...args);
  }
  verifyChain(...args: Args<"verifyChain">): Result<"verifyChain"> {
    return loops.verifyChain(this.#parts, ...args);
  }
  loopRecord(...args: Args<"loopRecord">): Result<"loopRecord"> {
    return loops.loopRecord(this.#parts, ...args);
  }
  loopLogs(...args: Args<"loopLogs">): Result<"loopLogs"> {
    return loops.loopLogs(this.#parts, ...args);
  }
  rerunLoop(...args: Args<"rerunLoop">): Result<"rerunLoop"> {
    return loops.rerunLoop(this.#parts, ...args);
  }
  loopDiff(...args: Args<"loopDiff">): Result<"loopDiff"> {
    return loops.loopDiff(this.#parts, ...args);
  }
  loopLog(...args: Args<"loopLog">): Result<"loopLog"> {
    return loops.loopLog(this.#parts, ...args);
  }

  decideCheckpoint(...args: Args<"decideCheckpoint">): Result<"decideCheckpoint"> {
    return people.decideCheckpoint(this.#parts, ...args);
  }
  answerQuestions(...args: Args<"answerQuestions">): Result<"answerQuestions"> {
    return people.answerQuestions(this.#parts, ...args);
  }
  resolveEscalation(...args: Args<"resolveEscalation">): Result<"resolveEscalation"> {
    return people.resolveEscalation(this.#parts, ...args);
  }
  clearObstacle(...args: Args<"clearObstacle">): Result<"clearObstacle"> {
    return people.clearObstacle(this.#parts, ...args);
  }
  pauseLoop(...args: Args<"pauseLoop">): Result<"pauseLoop"> {
    return people.pauseLoop(this.#parts, ...args);
  }
  escalateLoop(...args: Args<"escalateLoop">): Result<"escalateLoop"> {
    return people.escalateLoop(this.#parts, ...args);
  }
  cancelLoop(...args: Args<"cancelLoop">): Result<"cancelLoop"> {
    return people.cancelLoop(this.#parts, ...args);
  }
  comment(...args: Args<"comment">): Result<"comment"> {
    return people.comment(this.#parts, ...args);
  }

  enrolRunner(...args: Args<"enrolRunner">): Result<"enrolRunner"> {
    return accountHub(this.env).enrolRunner(...args);
  }
  listRunners(): Result<"listRunners"> {
    return accountHub(this.env).runners();
  }
  revokeRunner(...args: Args<"revokeRunner">): Result<"revokeRunner"> {
    return runners.revokeRunner(this.#parts, ...args);
  }
  runnerToken(...args: Args<"runnerToken">): Result<"runnerToken"> {
    return runnerToken(this.#parts, ...args);
  }
  makeTicket(...args: Args<"makeTicket">): Result<"makeTicket"> {
    return accountHub(this.env).makeTicket(...args);
  }
  runnerOf(...args: Args<"runnerOf">): Result<"runnerOf"> {
    return runners.runnerOf(this.#parts, ...args);
  }
  lease(...args: Args<"lease">): Result<"lease"> {
    return runners.lease(this.#parts, ...args);
  }
  loopStanding(...args: Args<"loopStanding">): Result<"loopStanding"> {
    return runners.loopStanding(this.#parts, ...args);
  }
  heartbeat(...args: Args<"heartbeat">): Result<"heartbeat"> {
    return runners.heartbeat(this.#parts, ...args);
  }
  log(...args: Args<"log">): Result<"log"> {
    return runners.log(this.#parts, ...args);
  }
  putBlob(...args: Args<"putBlob">): Result<"putBlob"> {
    return runners.putBlob(this.#parts, ...args);
  }
  getBlob(...args: Args<"getBlob">): Result<"getBlob"> {
    return runners.getBlob(this.#parts, ...args);
  }
  result(...args: Args<"result">): Result<"result"> {
    return runners.result(this.#parts, ...args);
  }
  watchList(...args: Args<"watchList">): Result<"watchList"> {
    return runners.watchList(this.#parts, ...args);
  }
  reportRefs(...args: Args<"reportRefs">): Result<"reportRefs"> {
    return runners.reportRefs(this.#parts, ...args);
  }
  turn(...args: Args<"turn">): Result<"turn"> {
    return turns.turn(this.#parts, ...args);
  }
  modelTurn(loop: string, turn: string, request: TurnRequest): Promise<TurnOutcome> {
    return turns.modelTurn(this.#parts, loop, turn, request);
  }

  addConnection(...args: Args<"addConnection">): Result<"addConnection"> {
    return accountHub(this.env).addConnection(...args);
  }
  listConnections(): Result<"listConnections"> {
    return accountHub(this.env).connections();
  }
  rotateConnection(...args: Args<"rotateConnection">): Result<"rotateConnection"> {
    return accountHub(this.env).rotateConnection(...args);
  }
  removeConnection(...args: Args<"removeConnection">): Result<"removeConnection"> {
    return accountHub(this.env).removeConnection(...args);
  }
  changeConnection(...args: Args<"changeConnection">): Result<"changeConnection"> {
    return accountHub(this.env).changeConnection(...args);
  }
  checkConnection(...args: Args<"checkConnection">): Result<"checkConnection"> {
    return checkConnection(this.#parts, ...args);
  }
  takeWebhook(...args: Args<"takeWebhook">): Result<"takeWebhook"> {
    return takeWebhook(this.#parts, ...args);
  }
  listDeliveries(...args: Args<"listDeliveries">): Result<"listDeliveries"> {
    return listDeliveries(this.#parts, ...args);
  }

  checkProvider(): Result<"checkProvider"> {
    return account.checkProvider(this.#parts);
  }
  createLogin(...args: Args<"createLogin">): Result<"createLogin"> {
    return accountHub(this.env).createLogin(...args);
  }
  redeemLogin(...args: Args<"redeemLogin">): Result<"redeemLogin"> {
    return accountHub(this.env).redeemLogin(...args);
  }
  sessionPerson(...args: Args<"sessionPerson">): Result<"sessionPerson"> {
    return accountHub(this.env).sessionPerson(...args);
  }
  health(): Result<"health"> {
    return health(this.#parts);
  }
  resume(...args: Args<"resume">): Result<"resume"> {
    return resume(this.#parts, ...args);
  }
  reconcile(...args: Args<"reconcile">): Result<"reconcile"> {
    return reconcile(this.#parts, ...args);
  }
}
