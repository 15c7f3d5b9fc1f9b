import { Hono } from "hono";
import type { AppEnv } from "../bindings.ts";
import { plainIdOf } from "../path-ids.ts";
import { unwrap } from "../problem.ts";
import { readBytes } from "../request-body.ts";

/** GitHub sends at most 25 MB (GitHub Docs, "Webhook events and payloads"); nobody sends more. */
const webhookBytesMax = 25 * 1024 * 1024;

/**
 * `POST /webhooks/:platform/:connection`: what platforms send. It answers as soon as the delivery is kept;
 * what it asks for is done afterwards.
 */
export function webhookRoutes() {
  const routes = new Hono<AppEnv>();
  routes.post("/:platform/:connection", async (c) => {
    const body = await readBytes(c, webhookBytesMax);
    const answer = await c.env.ORCHESTRATOR.takeWebhook({
      platform: plainIdOf(c, "platform"),
      connection: plainIdOf(c, "connection"),
      headers: [...c.req.raw.headers],
      body: body.buffer,
    });
    return c.json(unwrap(answer), 202);
  });
  return routes;
}
