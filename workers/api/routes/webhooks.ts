import { type Context, Hono } from "hono";
import type { AppEnv } from "../bindings.ts";
import { plainIdOf } from "../path-ids.ts";
import { HttpProblem, unwrap } from "../problem.ts";
import { expectType, readBytes } from "../request-body.ts";

/** GitHub sends at most 25 MB (GitHub Docs, "Webhook events and payloads"); nobody sends more. */
const webhookBytesMax = 25 * 1024 * 1024;

/**
 * `POST /webhooks/:platform/:connection`: what platforms send. It answers as soon as the delivery is kept;
 * what it asks for is done afterwards.
 */
export function webhookRoutes() {
  const routes = new Hono<AppEnv>();
  routes.post("/:platform/:connection", async (c) => {
    expectPlainJson(c);
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

/**
 * Platforms can also send a form, in which the payload is one field: whoever set that up is told so. What is
 * compressed could grow beyond every limit.
 */
function expectPlainJson(c: Context<AppEnv>): void {
  expectType(c, "application/json");
  const coding = c.req.header("content-encoding") ?? "identity";
  if (coding.toLowerCase() === "identity") return;
  throw new HttpProblem(
    415,
    "wrong-content-coding",
    `A body in ${coding.slice(0, 20)} is not read.`,
    "Send it as it is.",
  );
}
