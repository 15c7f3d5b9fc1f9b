import type { Problem } from "@tamma/core/protocol/rest.ts";
import type { Answer, Refusal } from "../rpc.ts";

export type ProblemStatus = Refusal["status"] | 415 | 421 | 500 | 507;

/** A request that gets an error answer: what happened, why, and what to do next. Rendered in one place. */
export class HttpProblem extends Error {
  readonly status: ProblemStatus;
  readonly code: string;
  readonly todo: string;

  constructor(status: ProblemStatus, code: string, message: string, todo: string) {
    super(message);
    this.name = "HttpProblem";
    this.status = status;
    this.code = code;
    this.todo = todo;
  }
}

const titles: Record<ProblemStatus, string> = {
  400: "The request cannot be read",
  401: "Not signed in",
  403: "Not allowed",
  404: "Not found",
  409: "Something else was first",
  413: "Too large",
  415: "Wrong kind of body",
  421: "Wrong host",
  422: "Not acceptable",
  424: "The platform did not do its part",
  429: "Too many requests",
  500: "Something went wrong here",
  503: "Not available now",
  507: "No space left",
};

/** The words for a status, for problems and for the head of an error page. */
export function problemTitle(status: ProblemStatus): string {
  return titles[status];
}

/** RFC 9457. `code` is stable and also the last part of `type`. */
export function renderProblem(problem: HttpProblem): Problem {
  return {
    type: `urn:tamma:problem:${problem.code}`,
    title: titles[problem.status],
    status: problem.status,
    detail: problem.message,
    code: problem.code,
    todo: problem.todo,
  };
}

export function problemResponse(problem: HttpProblem): Response {
  const headers = new Headers({ "content-type": "application/problem+json; charset=utf-8" });
  // RFC 9110 wants to know how to authenticate with every 401.
  if (problem.status === 401) headers.set("www-authenticate", 'Bearer realm="tamma"');
  return new Response(JSON.stringify(renderProblem(problem)), { status: problem.status, headers });
}

/** The value of an answer of the orchestrator; a refusal is thrown as a problem. */
export function unwrap<T>(answer: Answer<T>): T {
  if (answer.ok) return answer.value;
  const { status, code, message, todo } = answer.refusal;
  throw new HttpProblem(status, code, message, todo);
}
