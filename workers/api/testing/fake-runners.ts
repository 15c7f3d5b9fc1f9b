import type * as runner from "@tamma/core/protocol/runner.ts";
import type { Answer, Caller, Refusal, RunnerPass } from "../../rpc.ts";
import { FakeAccount } from "./fake-account.ts";

/** The runners' side of the orchestrator in memory: tokens, one queue of jobs, fences, logs and blobs. */
export class FakeRunners extends FakeAccount {
  /** Runner tokens that are good now. */
  readonly tokens = new Map<string, string>();
  readonly runners: { id: string; name: string; publicKey: string }[] = [];
  readonly revoked = new Set<string>();
  readonly queue: runner.LeaseResponse[] = [];
  readonly fences = new Map<string, number>();
  readonly logs = new Map<string, string>();
  readonly blobs = new Map<string, ArrayBuffer>();
  readonly results = new Map<string, runner.ResultRequest>();
  readonly turns: runner.TurnCall[] = [];
  readonly refs: runner.RefsReport[] = [];
  readonly stopped = new Set<string>();
  /** How often a job was asked for, and whether anyone asked us to wait. */
  readonly leaseAsked: runner.LeaseRequest[] = [];
  readonly askedAmong: (readonly string[] | null)[] = [];
  /** Jobs come only when they were asked for this often: as if they were queued a little later. */
  leaseAfter = 1;

  async enrolRunner(_caller: Caller, input: { name: string; publicKey: string }) {
    const id = `runner-${this.runners.length + 1}`;
    this.runners.push({ id, ...input });
    return done({ runner: id });
  }
  async listRunners() {
    const never = { enrolledAt: 1, seenAt: null, labels: [], tools: {} };
    return this.runners.map(({ id, name }) => ({
      ...{ id, name, ...never },
      revokedAt: this.revoked.has(id) ? 2 : null,
    }));
  }
  async revokeRunner(_caller: Caller, runner: string): Promise<Answer<{ revoked: string }>> {
    if (!this.runners.some(({ id }) => id === runner))
      return refused(404, "no-runner", "There is no such runner.");
    this.revoked.add(runner);
    return done({ revoked: runner });
  }
  async runnerToken(request: runner.TokenRequest): Promise<Answer<runner.TokenResponse>> {
    if (!("runner" in request)) return refused(403, "run-refused", "No run is let in here.");
    if (!this.runners.some((known) => known.id === request.runner))
      return refused(401, "no-runner", "This runner is not enrolled.");
    const token = `runner-token-of-${request.runner}`;
    this.tokens.set(token, request.runner);
    return done({ token, expiresAt: request.at + 900_000, loop: null });
  }
  async runnerOf(token: string) {
    const runner = this.tokens.get(token);
    return runner === undefined ? null : { runner, scope: null };
  }
  async makeTicket(_caller: Caller, loop: string) {
    return done({ ticket: `ticket-for-${loop}`, expiresAt: 1_700_000_000_000 });
  }
  async loopStanding(_pass: RunnerPass, _loop: string): Promise<Answer<runner.LoopStanding>> {
    return refused(404, "unknown-loop", "There is no such loop.");
  }
  async lease(
    _pass: RunnerPass,
    request: runner.LeaseRequest,
    among: readonly string[] | null,
  ): Promise<Answer<runner.LeaseResponse | null>> {
    this.leaseAsked.push(request);
    this.askedAmong.push(among);
    if (this.leaseAsked.length < this.leaseAfter) return done(null);
    const job = this.queue.shift() ?? null;
    if (job) this.fences.set(job.job, job.fence);
    return done(job);
  }
  async heartbeat(_runner: string, job: string, request: runner.HeartbeatRequest) {
    const held = this.fences.get(job) === request.fence && !this.stopped.has(job);
    return done({ continue: held, reason: held ? null : "the lease is lost" });
  }
  async log(_runner: string, job: string, request: runner.LogRequest): Promise<Answer<{ next: number }>> {
    if (this.fences.get(job) !== request.fence)
      return refused(409, "old-fence", "Another runner has this job.");
    const text = (this.logs.get(job) ?? "").slice(0, request.offset) + request.text;
    this.logs.set(job, text);
    return done({ next: text.length });
  }
  async putBlob(
    _runner: string,
    job: string,
    fence: number,
    blob: { sha256: string; mediaType: string; body: ArrayBuffer },
  ): Promise<Answer<{ stored: boolean }>> {
    if (this.fences.get(job) !== fence) return refused(409, "old-fence", "Another runner has this job.");
    const stored = !this.blobs.has(blob.sha256);
    this.blobs.set(blob.sha256, blob.body);
    return done({ stored });
  }
  async getBlob(_runner: string, _job: string, sha256: string): Promise<Answer<ArrayBuffer>> {
    const body = this.blobs.get(sha256);
    return body ? done(body) : refused(404, "no-blob", "There is no such blob.");
  }
  async result(
    _runner: string,
    job: string,
    request: runner.ResultRequest,
  ): Promise<Answer<runner.ResultResponse>> {
    if (this.fences.get(job) !== request.fence)
      return refused(409, "old-fence", "Another runner has this job.");
    const already = this.results.has(job);
    this.results.set(job, request);
    return done({ accepted: true, already });
  }
  async watchList(_pass: RunnerPass): Promise<runner.WatchResponse> {
    return { repositories: [], everyMs: 2_000 };
  }
  async reportRefs(_pass: RunnerPass, report: runner.RefsReport): Promise<Answer<{ accepted: boolean }>> {
    this.refs.push(report);
    return done({ accepted: true });
  }
  async turn(
    _runner: string,
    job: string,
    call: runner.TurnCall,
  ): Promise<Answer<ReadableStream<Uint8Array>>> {
    if (this.fences.get(job) !== call.fence) return refused(409, "old-fence", "Another runner has this job.");
    this.turns.push(call);
    const lines = [{ ping: true }, { text: "Hel" }, { text: "lo" }, { answer: { finish: "stop" } }];
    const body = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
    return done(new Blob([body]).stream());
  }
}

function done<T>(value: T): Answer<T> {
  return { ok: true, value };
}

function refused(status: Refusal["status"], code: string, message: string): { ok: false; refusal: Refusal } {
  return { ok: false, refusal: { status, code, message, todo: "Ask again with fresh state." } };
}
