import * as jobs from "@tamma/core/domain/loop/jobs.ts";
import * as runner from "@tamma/core/protocol/runner.ts";
import { names } from "./names.ts";
import { callTable, type Route, schemasOf, shapes } from "./rest.ts";
import type { Names } from "./shape.ts";

/** All of `/runner/v1`; test/docs/routes.test.ts holds it against the routes that the Worker really has. */
export const runnerRoutes: readonly Route[] = [
  call(
    "POST",
    "/token",
    "TokenRequest",
    "TokenResponse",
    "signed with the enrolled key, or proven by a run of CI; no bearer token needed",
  ),
  call("POST", "/lease", "LeaseRequest", "LeaseResponse", "a job with its fence, or 204 when there is none"),
  call("GET", "/loops/:loop", "", "LoopStanding", "how a loop stands, for a run that does its jobs"),
  call("POST", "/refs/watch", "", "WatchResponse", "which repositories to look at"),
  call("POST", "/refs", "RefsReport", "{ accepted: boolean }", "what `git ls-remote` showed there"),
  call(
    "POST",
    "/jobs/:job/heartbeat",
    "HeartbeatRequest",
    "HeartbeatResponse",
    "keeps the lease; may say stop",
  ),
  call(
    "POST",
    "/jobs/:job/log",
    "LogRequest",
    "LogResponse",
    "text at an offset; repeating it changes nothing",
  ),
  call("POST", "/jobs/:job/result", "ResultRequest", "ResultResponse", "the end; an old fence gets 409"),
  call("POST", "/jobs/:job/turn", "TurnCall", "TurnLine", "one model turn, streamed as NDJSON"),
  call(
    "PUT",
    "/jobs/:job/blobs/:sha256",
    "raw body, header x-tamma-fence",
    "{ stored: boolean }",
    "keeps a body by its SHA-256",
  ),
  call("GET", "/jobs/:job/blobs/:sha256", "", "raw body", "reads it again"),
];

const runnerNames: Names = new Map([...names, ...schemasOf(jobs), ...schemasOf(runner)]);

function call(method: Route["method"], path: string, takes: string, gives: string, says: string): Route {
  return { method, path, takes, gives, says };
}

export function runnerCalls(): string {
  return callTable("/runner/v1", runnerRoutes);
}

export function runnerShapes(): string {
  return shapes([...schemasOf(runner), ...schemasOf(jobs)], runnerNames);
}
