import {
  AnswerQuestions,
  CancelLoop,
  DecideCheckpoint,
  EscalateLoop,
  NewComment,
  ResolveEscalation,
} from "@tamma/core/protocol/rest.ts";
import { Hono } from "hono";
import { z } from "zod";
import type { AppEnv } from "../bindings.ts";
import { apiCaller } from "../caller.ts";
import { loopOf, plainIdOf } from "../path-ids.ts";
import { unwrap } from "../problem.ts";
import { readJson } from "../request-body.ts";

const NoInput = z.strictObject({});

/** What people decide about a loop. Who decides comes from the token, never from the body. */
export function loopCommandRoutes() {
  const routes = new Hono<AppEnv>();
  routes.post("/:loop/checkpoints/:checkpoint", async (c) => {
    const { via, ...input } = await readJson(c, DecideCheckpoint);
    const [loop, checkpoint] = [loopOf(c), plainIdOf(c, "checkpoint")];
    return c.json(
      unwrap(await c.env.ORCHESTRATOR.decideCheckpoint(apiCaller(c, via), loop, checkpoint, input)),
    );
  });
  routes.post("/:loop/questions", async (c) => {
    const { via, ...input } = await readJson(c, AnswerQuestions);
    return c.json(unwrap(await c.env.ORCHESTRATOR.answerQuestions(apiCaller(c, via), loopOf(c), input)));
  });
  routes.post("/:loop/escalations/:escalation", async (c) => {
    const input = await readJson(c, ResolveEscalation);
    const [loop, escalation] = [loopOf(c), plainIdOf(c, "escalation")];
    return c.json(unwrap(await c.env.ORCHESTRATOR.resolveEscalation(apiCaller(c), loop, escalation, input)));
  });
  routes.post("/:loop/retry", async (c) => {
    await readJson(c, NoInput);
    return c.json(unwrap(await c.env.ORCHESTRATOR.clearObstacle(apiCaller(c), loopOf(c))));
  });
  routes.post("/:loop/pause", async (c) => {
    await readJson(c, NoInput);
    return c.json(unwrap(await c.env.ORCHESTRATOR.pauseLoop(apiCaller(c), loopOf(c))));
  });
  routes.post("/:loop/escalate", async (c) => {
    const { reason } = await readJson(c, EscalateLoop);
    return c.json(unwrap(await c.env.ORCHESTRATOR.escalateLoop(apiCaller(c), loopOf(c), reason)));
  });
  routes.post("/:loop/cancel", async (c) => {
    const { reason } = await readJson(c, CancelLoop);
    return c.json(unwrap(await c.env.ORCHESTRATOR.cancelLoop(apiCaller(c), loopOf(c), reason)));
  });
  routes.post("/:loop/comments", async (c) => {
    const input = await readJson(c, NewComment);
    return c.json(unwrap(await c.env.ORCHESTRATOR.comment(apiCaller(c), loopOf(c), input)));
  });
  routes.post("/:loop/ticket", async (c) => {
    await readJson(c, NoInput);
    return c.json(unwrap(await c.env.ORCHESTRATOR.makeTicket(apiCaller(c), loopOf(c))), 201);
  });
  return routes;
}
