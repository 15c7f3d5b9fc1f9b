import type { JobKind } from "@tamma/core/domain/loop/events/control.ts";
import { standing } from "@tamma/core/domain/projections/standing.ts";
import * as runnerWire from "@tamma/core/protocol/runner.ts";
import { blobBytesMax, runnerProtocol } from "@tamma/core/protocol/runner.ts";
import type { Answer, Caller, RunnerPass } from "../rpc.ts";
import { sha256Hex } from "./cipher.ts";
import { accountHub, type LeaseWish, repoCoordinator } from "./objects.ts";
import { allRepositories, ownerOf, type Parts } from "./parts.ts";
import { quietHere } from "./quiet-places.ts";
import { ok, refuse } from "./refusal.ts";
import { isWithin } from "./run-grants.ts";
import { coordinatorNamed, inTurn, repositoriesFor, served } from "./where-to-ask.ts";

/** What runners ask for. `runner` is the id that the token proved. */

/** The runner looks at the refs of active repositories that often. */
const refsEveryMs = 2_000;
/** A token that was good is not looked up again for that long, or until it expires. */
const tokenTrustMs = 30_000;
/** Tokens remembered per instance; more are simply looked up. */
const tokensMax = 1_000;

/** Jobs that write to the repository; all others only read it. */
const pushes: ReadonlySet<JobKind> = new Set(["open", "publish", "merge"]);

const seenTokens = new Map<string, RunnerPass & { until: number }>();

/** The runner of a token, or null. Good answers are remembered shortly, because every heartbeat asks. */
export async function runnerOf({ env }: Parts, token: string): Promise<RunnerPass | null> {
  const hash = sha256Hex(`${env.TAMMA_ORIGIN} ${token}`);
  const seen = seenTokens.get(hash);
  if (seen && seen.until > Date.now()) return { runner: seen.runner, scope: seen.scope };
  const found = await accountHub(env).runnerOf(token);
  if (!found) return null;
  if (seenTokens.size >= tokensMax) seenTokens.clear();
  const { runner, scope, expiresAt } = found;
  seenTokens.set(hash, { runner, scope, until: Math.min(expiresAt, Date.now() + tokenTrustMs) });
  return { runner, scope };
}

/**
 * The first open job that is still wanted, or null. It does not wait: no request is held in an object, and
 * the route that calls this asks again until its time is up.
 *
 * @param among only these repositories, as `<connection>/<id>`; null: all
 */
export async function lease(
  parts: Parts,
  { runner, scope }: RunnerPass,
  asked: runnerWire.LeaseRequest,
  among: readonly string[] | null,
): Promise<Answer<runnerWire.LeaseResponse | null>> {
  const request = { ...asked, loop: asked.loop ?? scope?.loop ?? null };
  if (request.protocol !== runnerProtocol)
    return refuse(
      409,
      "protocol",
      `this server speaks runner protocol ${runnerProtocol}, the runner ${request.protocol}`,
      "install the runner of the server's version",
    );
  if (request.loop !== null && !mayDo(scope, request.loop)) return outside(request.loop);
  if (request.gone.length > 0) await loseLeases(parts, runner, request.gone);
  const { instance, received, kinds } = request;
  const wish: LeaseWish = { runner, instance, received, kinds };
  if (!(await mayWork(parts, runner, request, false))) return revoked();
  const places = await repositoriesFor(parts.env, request.loop, scope, among);
  const asker = `${runner} ${instance}`;
  const remembers = parts.env.TAMMA_ONE_PROCESS === "1" && request.loop === null;
  for (const repository of inTurn(runner, places)) {
    if (remembers && quietHere.isQuiet(asker, repository, Date.now())) continue;
    const coordinator = coordinatorNamed(parts.env, repository);
    const offers = quietHere.offers(repository);
    const jobs = await coordinator.openJobs(request.loop, wish);
    if (remembers && jobs.length === 0) quietHere.hadNone(asker, repository, offers, Date.now());
    for (const open of jobs) {
      // Before anything is given out the account is asked itself: a token is trusted for a while.
      if (!(await mayWork(parts, runner, request, true))) return revoked();
      const owner = ownerOf(parts, open.job);
      if (!owner.ok) continue;
      const answer = await owner.value.object.lease(open.loop, open.job, wish);
      if (!answer.ok) {
        // Not wanted any more: the index is behind.
        await coordinator.forgetJob(open.job);
        continue;
      }
      const grant = answer.value;
      if (grant.state === "other-kind") continue;
      if (grant.state === "granted") {
        const { fence, spec } = grant.lease;
        served(runner, repository);
        quietHere.gave(asker, repository);
        const right = pushes.has(spec.kind) ? "write" : "read";
        const git = await coordinator.holdJob(open.job, wish, fence, right);
        // Refused: the job stays with this runner, which finds it again when it asks the next time.
        return git.ok ? ok({ ...grant.lease, git: git.value }) : git;
      }
      await coordinator.holdJob(open.job, grant.by, grant.fence, null);
    }
  }
  return ok(null);
}

/** A runner that asks for jobs is seen; that often it is written down. */
const seenEveryMs = 30_000;
const seenRunners = new Map<string, number>();

/** Is the runner still one of ours? `now`: ask the account even when it said yes a moment ago. */
async function mayWork(
  { env }: Parts,
  runner: string,
  { labels, tools }: runnerWire.LeaseRequest,
  now: boolean,
): Promise<boolean> {
  const key = `${env.TAMMA_ORIGIN} ${runner}`;
  if (!now && (seenRunners.get(key) ?? 0) + seenEveryMs > Date.now()) return true;
  const allowed = await accountHub(env).noteRunner(runner, { labels, tools });
  if (seenRunners.size >= tokensMax) seenRunners.clear();
  if (allowed) seenRunners.set(key, Date.now());
  return allowed;
}

function revoked<T>(): Answer<T> {
  return refuse(401, "runner-revoked", "this runner was revoked", "enrol it with a new key");
}

/** Its key and tokens are void at once; what it holds is given out again as the same attempt. */
export async function revokeRunner(
  parts: Parts,
  caller: Caller,
  runner: string,
): Promise<Answer<{ revoked: string }>> {
  if (!(await accountHub(parts.env).revokeRunner(caller, runner)))
    return refuse(
      404,
      "unknown-runner",
      `there is no runner ${runner}`,
      "list them with `tamma runners list`",
    );
  for (const [hash, seen] of seenTokens) if (seen.runner === runner) seenTokens.delete(hash);
  await loseLeases(parts, runner, null);
  return ok({ revoked: runner });
}

/** Rare: once after the start of a runner whose predecessor was killed. So every loop may be asked. */
async function loseLeases(parts: Parts, runner: string, gone: readonly string[] | null): Promise<void> {
  for (const { coordinator } of await allRepositories(parts)) {
    for (const loop of await coordinator.liveLoops()) {
      const owner = ownerOf(parts, loop);
      if (owner.ok) await owner.value.object.loseLeases(runner, gone);
    }
  }
}

/** May it do jobs of this loop? An enrolled runner may of all, a run of CI of what it was let in for. */
function mayDo(scope: RunnerPass["scope"], loop: string): boolean {
  if (scope === null) return true;
  return scope.loop === null ? isWithin(loop, scope) : scope.loop === loop;
}

function outside<T>(what: string): Answer<T> {
  const message = `this run was not let in for ${what}`;
  return refuse(403, "outside-of-run", message, "a run works for its own loop, or its own repository");
}

export async function heartbeat(
  parts: Parts,
  runner: string,
  job: string,
  request: runnerWire.HeartbeatRequest,
): Promise<Answer<runnerWire.HeartbeatResponse>> {
  const owner = ownerOf(parts, job);
  return owner.ok ? owner.value.object.heartbeat(job, runner, request) : owner;
}

export async function log(
  parts: Parts,
  runner: string,
  job: string,
  request: runnerWire.LogRequest,
): Promise<Answer<{ next: number }>> {
  const owner = ownerOf(parts, job);
  return owner.ok ? owner.value.object.log(job, runner, request) : owner;
}

export async function result(
  parts: Parts,
  runner: string,
  job: string,
  request: runnerWire.ResultRequest,
): Promise<Answer<runnerWire.ResultResponse>> {
  const owner = ownerOf(parts, job);
  return owner.ok ? owner.value.object.result(job, runner, request.fence, request.result) : owner;
}

export async function putBlob(
  parts: Parts,
  runner: string,
  job: string,
  fence: number,
  blob: { sha256: string; mediaType: string; body: ArrayBuffer },
): Promise<Answer<{ stored: boolean }>> {
  const owner = ownerOf(parts, job);
  if (!owner.ok) return owner;
  if (blob.body.byteLength > blobBytesMax)
    return refuse(413, "blob-too-large", `a blob holds at most ${blobBytesMax} bytes`, "send less");
  const held = await owner.value.object.holds(job, runner, fence);
  if (!held.ok) return held;
  const body = new Uint8Array(blob.body);
  if (sha256Hex(body) !== blob.sha256)
    return refuse(422, "blob-torn", "the body is not what its SHA-256 says", "send it again");
  // Under the SHA-256 of its bytes a body cannot be redacted, so this one is not kept at all.
  const text = Buffer.from(body).toString("utf8");
  if (parts.redact(text) !== text)
    return refuse(
      422,
      "blob-holds-secret",
      "the body holds a secret of this server, so it is not stored",
      "a command of the project could read it: let the runner run as a user of its own, under bubblewrap",
    );
  const already = await parts.blobs.has(owner.value.loop, blob.sha256);
  if (!already) await parts.blobs.put(owner.value.loop, body, blob.mediaType);
  return ok({ stored: !already });
}

/** A body of the job's own loop; other loops' bodies are not found. */
export async function getBlob(
  parts: Parts,
  runner: string,
  job: string,
  sha256: string,
): Promise<Answer<ArrayBuffer>> {
  const owner = ownerOf(parts, job);
  if (!owner.ok) return owner;
  const held = await owner.value.object.holds(job, runner, null);
  if (!held.ok) return held;
  const body = await parts.blobs.find(owner.value.loop, sha256);
  if (!body)
    return refuse(404, "unknown-blob", `there is no blob ${sha256} of this loop`, "report the job as failed");
  return ok(body.buffer);
}

/** How a loop stands, for a runner that may do its jobs. */
export async function loopStanding(
  parts: Parts,
  { scope }: RunnerPass,
  loop: string,
): Promise<Answer<runnerWire.LoopStanding>> {
  if (!mayDo(scope, loop)) return outside(loop);
  const owner = ownerOf(parts, loop);
  if (!owner.ok) return owner;
  const view = await owner.value.object.view(loop);
  if (!view.ok) return view;
  const url = `${parts.env.TAMMA_ORIGIN}/app/loops/${encodeURIComponent(loop)}`;
  return ok(runnerWire.LoopStanding.parse(standing(view.value, url)));
}

/** A run of CI watches nothing: it is there for its jobs, and its platform tells of pushes itself. */
export async function watchList(parts: Parts, { scope }: RunnerPass): Promise<runnerWire.WatchResponse> {
  if (scope !== null) return { repositories: [], everyMs: refsEveryMs };
  const watched = await Promise.all((await allRepositories(parts)).map((each) => each.coordinator.watched()));
  return { repositories: watched.filter((each) => each !== null), everyMs: refsEveryMs };
}

export async function reportRefs(
  parts: Parts,
  { runner, scope }: RunnerPass,
  report: runnerWire.RefsReport,
): Promise<Answer<{ accepted: boolean }>> {
  const { connection, repository: id } = report;
  if (scope !== null) return outside(`the refs of ${connection}/${id}`);
  return repoCoordinator(parts.env, { connection, id }).reportRefs(runner, report);
}
