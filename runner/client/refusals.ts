/** A server that asks us to wait longer than this is asked again all the same. */
const retryAfterMsMax = 60_000;

/** The server gave our job to somebody else, or ended it: whatever we do for it now is void. */
export class FenceLost extends Error {
  override readonly name = "FenceLost";
  readonly body: string;
  constructor(path: string, body: string) {
    super(`${path}: the server refuses our fence (409): the job is not ours any more`);
    this.body = body;
  }
}

/** The server understood and said no; asking again changes nothing. */
export class CallRefused extends Error {
  override readonly name = "CallRefused";
  readonly status: number;
  constructor(path: string, status: number, body: string) {
    const said = problemIn(body);
    const unsaid = (status === 401 || status === 403) && said === null;
    const todo = unsaid ? " Is this runner still enrolled? Run `tamma-runner enroll`." : "";
    super(`${path}: refused with ${status}: ${(said ?? body).slice(0, bodyCharsMax)}${todo}`);
    this.status = status;
  }
}

/** No usable answer within the time that the caller gives it. */
export class Unreachable extends Error {
  override readonly name = "Unreachable";
}

/** The token was good and is not any more; a new one settles it. */
export class TokenRefused extends Error {}

/** Later, please. */
export class Overloaded extends Error {
  readonly retryAfterMs: number;
  constructor(status: number, retryAfterMs: number) {
    super(`the server answers ${status}`);
    this.retryAfterMs = retryAfterMs;
  }
}

/** The response when it is 2xx; otherwise the error that says what the caller should do. */
export async function accepted(path: string, response: Response): Promise<Response> {
  if (response.ok) return response;
  const { status } = response;
  const body = await response.text();
  // Only a job has a fence; elsewhere 409 is a refusal like others ("another protocol").
  if (status === 409 && path.includes("/jobs/")) throw new FenceLost(path, body);
  if (status === 408 || status === 425 || status === 429 || status >= 500) {
    const seconds = Number(response.headers.get("retry-after"));
    const retryAfterMs = Number.isFinite(seconds) ? Math.min(seconds * 1000, retryAfterMsMax) : 0;
    throw new Overloaded(status, retryAfterMs);
  }
  throw new CallRefused(path, status, body);
}

const bodyCharsMax = 300;

/** What happened and what to do, of a problem as the server sends it; null for any other body. */
function problemIn(body: string): string | null {
  try {
    const { detail, todo } = JSON.parse(body) as { detail?: unknown; todo?: unknown };
    if (typeof detail === "string" && typeof todo === "string") return `${detail}; ${todo}`;
  } catch {
    // No JSON: a proxy between us and the server.
  }
  return null;
}
