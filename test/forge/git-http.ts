import { spawn } from "node:child_process";
import type { IncomingMessage, ServerResponse } from "node:http";
import { gitEnv } from "./model/git.ts";

export interface GitRequest {
  readonly root: string;
  /** Below `root`: `/owner/name.git/info/refs`. */
  readonly path: string;
  readonly query: string;
  readonly login: string;
  /** May push to protected branches. */
  readonly admin: boolean;
}

/**
 * Lets git's own CGI program answer. `afterwards` is done when git has ended and before the client hears of
 * it, like a post-receive hook.
 */
export function answerGit(
  request: IncomingMessage,
  response: ServerResponse,
  at: GitRequest,
  afterwards: () => Promise<void>,
): Promise<void> {
  const env = {
    ...gitEnv,
    GIT_PROJECT_ROOT: at.root,
    GIT_HTTP_EXPORT_ALL: "1",
    REMOTE_USER: at.login,
    FORGE_ADMIN: at.admin ? "1" : "",
    PATH_INFO: at.path,
    QUERY_STRING: at.query,
    REQUEST_METHOD: request.method ?? "GET",
    CONTENT_TYPE: request.headers["content-type"] ?? "",
    HTTP_CONTENT_ENCODING: request.headers["content-encoding"] ?? "",
    GIT_PROTOCOL: String(request.headers["git-protocol"] ?? ""),
  };
  return new Promise((resolve, reject) => {
    const backend = spawn("git", ["http-backend"], { env });
    const chunks: Buffer[] = [];
    backend.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    backend.stderr.resume();
    backend.stdin.on("error", () => undefined);
    backend.on("error", reject);
    request.pipe(backend.stdin);
    backend.on("close", () => {
      afterwards().then(() => resolve(send(Buffer.concat(chunks), response)), reject);
    });
  });
}

/** A CGI answer: header lines, an empty line, the body. */
function send(all: Buffer, response: ServerResponse): void {
  const end = all.indexOf("\r\n\r\n");
  if (end < 0) {
    response.writeHead(500).end();
    return;
  }
  let status = 200;
  for (const line of all.subarray(0, end).toString().split("\r\n")) {
    const [name = "", value = ""] = line.split(/:\s*/, 2);
    if (name.toLowerCase() === "status") status = Number.parseInt(value, 10);
    else response.setHeader(name, value);
  }
  response.writeHead(status).end(all.subarray(end + 4));
}
