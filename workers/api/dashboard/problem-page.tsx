import type { Context } from "hono";
import type { AppEnv } from "../bindings.ts";
import { type HttpProblem, problemTitle } from "../problem.ts";
import { sendPage } from "./frame-of.ts";
import { type Frame, Page } from "./layout.tsx";

/** An error as a page for people; it asks nobody, so that it works whatever has failed. */
export function renderProblemPage(c: Context<AppEnv>, problem: HttpProblem) {
  const frame: Frame = { person: null, waiting: null, toggle: c.req.path, live: false };
  return sendPage(
    c,
    <Page frame={frame} title={problemTitle(problem.status)}>
      <div class="narrow stack">
        <p class="brand">tamma</p>
        <h1>{problemTitle(problem.status)}</h1>
        <p>{problem.message}</p>
        <p>{problem.todo}</p>
        <p class="sub">
          <a href="/app">Back to the dashboard</a> · <code>{problem.code}</code>
        </p>
      </div>
    </Page>,
    problem.status,
  );
}
