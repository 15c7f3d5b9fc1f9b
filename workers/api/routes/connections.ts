import { AddConnection, ChangeConnection, RotateConnection } from "@tamma/core/protocol/connections.ts";
import { type Context, Hono } from "hono";
import type { AppEnv } from "../bindings.ts";
import { apiCaller } from "../caller.ts";
import { plainIdOf } from "../path-ids.ts";
import { unwrap } from "../problem.ts";
import { readJson } from "../request-body.ts";

/** Longer than any id or name of a repository. */
const repositoryCharsMax = 300;

/** Connections to platforms; their secrets go in and do not come out. */
export function connectionRoutes() {
  const routes = new Hono<AppEnv>();
  routes.get("/", async (c) => c.json({ connections: await c.env.ORCHESTRATOR.listConnections() }));
  routes.post("/", async (c) => {
    const input = await readJson(c, AddConnection);
    return c.json(unwrap(await c.env.ORCHESTRATOR.addConnection(apiCaller(c), input)), 201);
  });
  routes.get("/:connection/check", async (c) => {
    const check = c.env.ORCHESTRATOR.checkConnection(plainIdOf(c, "connection"), repositoryIn(c));
    // Capabilities are plain data of any shape, which an inferred type across RPC cannot say.
    return c.body(JSON.stringify(unwrap(await check)), 200, { "content-type": "application/json" });
  });
  routes.post("/:connection/change", async (c) => {
    const id = plainIdOf(c, "connection");
    const input = await readJson(c, ChangeConnection);
    return c.json(unwrap(await c.env.ORCHESTRATOR.changeConnection(apiCaller(c), id, input)));
  });
  routes.post("/:connection/rotate", async (c) => {
    const id = plainIdOf(c, "connection");
    const input = await readJson(c, RotateConnection);
    return c.json(unwrap(await c.env.ORCHESTRATOR.rotateConnection(apiCaller(c), id, input)));
  });
  routes.post("/:connection/remove", async (c) =>
    c.json(unwrap(await c.env.ORCHESTRATOR.removeConnection(apiCaller(c), plainIdOf(c, "connection")))),
  );
  return routes;
}

/** Null: all of the connection's repositories. */
function repositoryIn(c: Context<AppEnv>): string | null {
  return c.req.query("repository")?.slice(0, repositoryCharsMax) ?? null;
}
