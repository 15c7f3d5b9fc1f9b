import { createHash } from "node:crypto";
import type { BlobRef } from "@tamma/core/domain/loop/evidence.ts";
import type { TurnRequest } from "@tamma/core/protocol/model-turn.ts";
import {
  blobBytesMax,
  type HeartbeatRequest,
  HeartbeatResponse,
  type LeaseRequest,
  LeaseResponse,
  type LogRequest,
  LogResponse,
  LoopStanding,
  type RefsReport,
  type ResultRequest,
  ResultResponse,
  WatchResponse,
} from "@tamma/core/protocol/runner.ts";
import type { z } from "zod";
import { type Call, caller } from "./client/call.ts";
import type { Identity } from "./client/identity.ts";
import type { Proof } from "./client/proof.ts";
import type { Fetch } from "./client/token.ts";
import { askTurn, type TurnOutcome } from "./client/turn.ts";

/** A blob is work done: worth waiting out a restart of the server, within the lease of a minute. */
const blobRetryMs = 300_000;
/** The result is the whole work; it is offered until the lease is surely given on. */
const resultRetryMs = 900_000;
/** A chunk of log may be late; the next flush tries again anyway. */
const logRetryMs = 60_000;

export type Lease = z.infer<typeof LeaseResponse>;

/** The wire of core/protocol/runner.ts. Calls of a job throw FenceLost when the job is not ours any more. */
export interface RunnerClient {
  /** Null: there is no job now. */
  lease(request: LeaseRequest, signal: AbortSignal): Promise<Lease | null>;
  /** One try: the next heartbeat is the repetition. */
  heartbeat(
    job: string,
    request: HeartbeatRequest,
    timeoutMs: number,
  ): Promise<z.infer<typeof HeartbeatResponse>>;
  log(job: string, request: LogRequest, signal: AbortSignal): Promise<z.infer<typeof LogResponse>>;
  turn(
    job: string,
    ask: { fence: number; next: () => number; request: TurnRequest; signal: AbortSignal },
  ): Promise<TurnOutcome>;
  putBlob(
    job: string,
    fence: number,
    body: Uint8Array,
    mediaType: string,
    signal: AbortSignal,
  ): Promise<BlobRef>;
  getBlob(job: string, fence: number, ref: BlobRef, signal: AbortSignal): Promise<Uint8Array>;
  result(job: string, request: ResultRequest, signal: AbortSignal): Promise<z.infer<typeof ResultResponse>>;
  /** How the loop stands. One try. */
  standing(loop: string, signal: AbortSignal): Promise<LoopStanding>;
  watch(signal: AbortSignal): Promise<WatchResponse>;
  refs(report: RefsReport, signal: AbortSignal): Promise<void>;
}

/** A client for the server that `who` is enrolled at, or proves itself to in another way. */
export function runnerClient(who: Identity | Proof, fetch: Fetch): RunnerClient {
  const { call } = caller(who, fetch);
  // A job's id holds `/`, `#` and `~`.
  const of = (job: string, what: string) => `/runner/v1/jobs/${encodeURIComponent(job)}/${what}`;
  const ask = <S extends z.ZodType>(path: string, request: Call, schema: S): Promise<z.infer<S>> =>
    call(path, request, async (response) => schema.parse(await response.json()));
  return {
    lease: (json, signal) =>
      // One try: the caller's loop asks again anyway, and it has to see whether it should end.
      call("/runner/v1/lease", { json, signal, retryMs: 0 }, async (response) =>
        response.status === 204 ? null : LeaseResponse.parse(await response.json()),
      ),
    heartbeat: (job, json, timeoutMs) =>
      ask(of(job, "heartbeat"), { json, retryMs: 0, timeoutMs }, HeartbeatResponse),
    log: (job, json, signal) => ask(of(job, "log"), { json, signal, retryMs: logRetryMs }, LogResponse),
    turn: (job, turn) => askTurn({ call }, of(job, "turn"), turn),
    async putBlob(job, fence, body, mediaType, signal) {
      if (body.length > blobBytesMax)
        throw new Error(
          `a blob of ${body.length} bytes is bigger than the ${blobBytesMax} that the server takes`,
        );
      const sha256 = sha256Of(body);
      const headers = { "x-tamma-fence": String(fence), "content-type": mediaType };
      const put = { method: "PUT", bytes: body, headers, signal, retryMs: blobRetryMs } as const;
      await call(of(job, `blobs/${sha256}`), put, (response) => response.arrayBuffer());
      return { sha256, size: body.length, mediaType };
    },
    async getBlob(job, fence, ref, signal) {
      const headers = { "x-tamma-fence": String(fence) };
      const answerBytes = ref.size;
      const get = { method: "GET", headers, signal, retryMs: blobRetryMs, answerBytes } as const;
      return call(of(job, `blobs/${ref.sha256}`), get, async (response) => {
        const body = new Uint8Array(await response.arrayBuffer());
        // Thrown inside the call, so that a body that was cut short is asked for again.
        if (sha256Of(body) !== ref.sha256) throw new Error(`blob ${ref.sha256} came with other bytes`);
        return body;
      });
    },
    result: (job, json, signal) =>
      ask(of(job, "result"), { json, signal, retryMs: resultRetryMs }, ResultResponse),
    standing: (loop, signal) =>
      ask(
        `/runner/v1/loops/${encodeURIComponent(loop)}`,
        { method: "GET", signal, retryMs: 0 },
        LoopStanding,
      ),
    watch: (signal) => ask("/runner/v1/refs/watch", { json: {}, signal, retryMs: 0 }, WatchResponse),
    refs: (json, signal) =>
      call("/runner/v1/refs", { json, signal, retryMs: 0 }, async (r) => void (await r.text())),
  };
}

function sha256Of(body: Uint8Array): string {
  return createHash("sha256").update(body).digest("hex");
}
