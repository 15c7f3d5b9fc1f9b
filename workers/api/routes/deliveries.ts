import { DeliveryQuery } from "@tamma/core/protocol/deliveries.ts";
import { Hono } from "hono";
import type { AppEnv } from "../bindings.ts";
import { unwrap } from "../problem.ts";
import { parseInput } from "../request-body.ts";

/** What became of the webhooks that the account's connections were sent. */
export function deliveryRoutes() {
  const routes = new Hono<AppEnv>();
  routes.get("/", async (c) => {
    const query = parseInput(DeliveryQuery, c.req.query());
    return c.json(unwrap(await c.env.ORCHESTRATOR.listDeliveries(query)));
  });
  return routes;
}
