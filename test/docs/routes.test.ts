import { expect, test } from "vitest";
import { type Route, restRoutes } from "../../scripts/docs/rest.ts";
import { runnerRoutes } from "../../scripts/docs/runner.ts";
import { createApp } from "../../workers/api/app.ts";

/** The routes below a prefix that the Worker really answers; middleware is registered for ALL methods. */
const served = (prefix: string) =>
  createApp()
    .routes.filter(({ method, path }) => method !== "ALL" && path.startsWith(`${prefix}/`))
    .map(({ method, path }) => `${method} ${path.slice(prefix.length)}`);

const documented = (routes: readonly Route[]) => routes.map(({ method, path }) => `${method} ${path}`);

test("docs/rest.md lists exactly the routes of the REST API", () => {
  expect(new Set(documented(restRoutes))).toEqual(new Set(served("/api/v1")));
});

test("docs/runner-protocol.md lists exactly the routes of the runner protocol", () => {
  expect(new Set(documented(runnerRoutes))).toEqual(new Set(served("/runner/v1")));
});

test("a route that is not documented would be seen", () => {
  expect(documented(restRoutes.slice(1))).not.toEqual(expect.arrayContaining(served("/api/v1")));
});
