import { AddRepository, NewIssue } from "@tamma/core/protocol/rest.ts";
import { Hono } from "hono";
import type { AppEnv } from "../bindings.ts";
import { apiCaller } from "../caller.ts";
import { issueOf, plainIdOf } from "../path-ids.ts";
import { unwrap } from "../problem.ts";
import { issueBytesMax, readJson } from "../request-body.ts";

export function repositoryRoutes() {
  const routes = new Hono<AppEnv>();
  routes.get("/", async (c) => c.json({ repositories: await c.env.ORCHESTRATOR.listRepositories() }));
  routes.post("/", async (c) => {
    const input = await readJson(c, AddRepository);
    return c.json(unwrap(await c.env.ORCHESTRATOR.addRepository(apiCaller(c), input)), 201);
  });
  routes.post("/:repository/remove", async (c) => {
    const removed = c.env.ORCHESTRATOR.removeRepository(apiCaller(c), plainIdOf(c, "repository"));
    return c.json(unwrap(await removed));
  });
  routes.get("/:repository/settings", async (c) => {
    const settings = unwrap(await c.env.ORCHESTRATOR.repositorySettings(plainIdOf(c, "repository")));
    return c.body(JSON.stringify(settings), 200, { "content-type": "application/json" });
  });
  routes.get("/:repository/issues", async (c) =>
    c.json({ issues: unwrap(await c.env.ORCHESTRATOR.listIssues(plainIdOf(c, "repository"))) }),
  );
  routes.post("/:repository/issues", async (c) => {
    const repository = plainIdOf(c, "repository");
    const input = await readJson(c, NewIssue, issueBytesMax);
    return c.json(unwrap(await c.env.ORCHESTRATOR.createIssue(apiCaller(c), repository, input)), 201);
  });
  routes.get("/:repository/issues/:number", async (c) =>
    c.json(unwrap(await c.env.ORCHESTRATOR.getIssue(plainIdOf(c, "repository"), issueOf(c)))),
  );
  return routes;
}
