import { createHash } from "node:crypto";
import {
  blobBytesMax,
  HeartbeatRequest,
  LeaseRequest,
  LogRequest,
  RefsReport,
  ResultRequest,
  TokenRequest,
  TurnCall,
} from "@tamma/core/protocol/runner.ts";
import { type Context, Hono } from "hono";
import { z } from "zod";
import type { AppEnv } from "../bindings.ts";
import { runnerToken } from "../middleware/bearer.ts";
import { jobOf, loopOf, sha256Of } from "../path-ids.ts";
import { HttpProblem, unwrap } from "../problem.ts";
import { parseInput, readBytes, readJson } from "../request-body.ts";
import { leaseWithin } from "./lease-wait.ts";

/** A chunk of log: runners send what a few seconds bring, escaped as JSON. */
const logBytesMax = 4 * 1024 * 1024;
/**
 * The conversation of a coding agent, or the evidence of a verify job with the names of thousands of tests.
 */
const largeBytesMax = 16 * 1024 * 1024;

const Fence = z.coerce.number().int().positive();

/** `/runner/v1`, core/protocol/runner.ts. The runner is who its token says, never who its body says. */
export function runnerRoutes() {
  const routes = new Hono<AppEnv>();
  routes.post("/token", async (c) => {
    const request = await readJson(c, TokenRequest);
    return c.json(unwrap(await c.env.ORCHESTRATOR.runnerToken(request)));
  });
  routes.use("*", runnerToken);
  routes.post("/lease", async (c) => {
    const request = await readJson(c, LeaseRequest);
    const job = await leaseWithin(c.env.ORCHESTRATOR, c.var.pass, request, c.req.raw.signal);
    return job === null ? c.body(null, 204) : c.json(job);
  });
  routes.get("/loops/:loop", async (c) =>
    c.json(unwrap(await c.env.ORCHESTRATOR.loopStanding(c.var.pass, loopOf(c)))),
  );
  routes.post("/refs/watch", async (c) => c.json(await c.env.ORCHESTRATOR.watchList(c.var.pass)));
  routes.post("/refs", async (c) => {
    const report = await readJson(c, RefsReport, logBytesMax);
    return c.json(unwrap(await c.env.ORCHESTRATOR.reportRefs(c.var.pass, report)));
  });
  jobRoutes(routes);
  blobRoutes(routes);
  return routes;
}

function jobRoutes(routes: Hono<AppEnv>): void {
  routes.post("/jobs/:job/heartbeat", async (c) => {
    const request = await readJson(c, HeartbeatRequest);
    return c.json(unwrap(await c.env.ORCHESTRATOR.heartbeat(c.var.runner, jobOf(c), request)));
  });
  routes.post("/jobs/:job/log", async (c) => {
    const request = await readJson(c, LogRequest, logBytesMax);
    return c.json(unwrap(await c.env.ORCHESTRATOR.log(c.var.runner, jobOf(c), request)));
  });
  routes.post("/jobs/:job/result", async (c) => {
    const request = await readJson(c, ResultRequest, largeBytesMax);
    return c.json(unwrap(await c.env.ORCHESTRATOR.result(c.var.runner, jobOf(c), request)));
  });
  routes.post("/jobs/:job/turn", async (c) => {
    const call = await readJson(c, TurnCall, largeBytesMax);
    const lines = unwrap(await c.env.ORCHESTRATOR.turn(c.var.runner, jobOf(c), call));
    return c.body(lines, 200, { "content-type": "application/x-ndjson; charset=utf-8" });
  });
}

function blobRoutes(routes: Hono<AppEnv>): void {
  routes.put("/jobs/:job/blobs/:sha256", async (c) => {
    const [job, sha256, fence] = [jobOf(c), sha256Of(c), fenceOf(c)];
    const body = await readBytes(c, blobBytesMax);
    // A torn upload must not be kept under the name of the whole.
    if (createHash("sha256").update(body).digest("hex") !== sha256)
      throw new HttpProblem(422, "blob-torn", "The body is not what its SHA-256 says.", "Upload it again.");
    const mediaType = c.req.header("content-type") ?? "application/octet-stream";
    const blob = { sha256, mediaType, body: body.buffer };
    return c.json(unwrap(await c.env.ORCHESTRATOR.putBlob(c.var.runner, job, fence, blob)));
  });
  routes.get("/jobs/:job/blobs/:sha256", async (c) =>
    c.body(unwrap(await c.env.ORCHESTRATOR.getBlob(c.var.runner, jobOf(c), sha256Of(c))), 200, {
      "content-type": "application/octet-stream",
    }),
  );
}

function fenceOf(c: Context<AppEnv>): number {
  return parseInput(z.object({ "x-tamma-fence": Fence }), { "x-tamma-fence": c.req.header("x-tamma-fence") })[
    "x-tamma-fence"
  ];
}
