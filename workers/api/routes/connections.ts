import { AddConnection, RotateConnection } from "@tamma/core/protocol/connections.ts";
import { Hono } from "hono";
import type { AppEnv } from "../bindings.ts";
import { apiCaller } from "../caller.ts";
import { plainIdOf } from "../path-ids.ts";
import { unwrap } from "../problem.ts";
import { readJson } from "../request-body.ts";

/** Connections to platforms; their secrets go in and do not come out. */
export function connectionRoutes() {
  const routes = new Hono<AppEnv>();
  routes.get("/", async (c) => c.json({ connections: await c.env.ORCHESTRATOR.listConnections() }));
  routes.post("/", async (c) => {
    const input = await readJson(c, AddConnection);
    return c.json(unwrap(await c.env.ORCHESTRATOR.addConnection(apiCaller(c), input)), 201);
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
