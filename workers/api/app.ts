import type { StorageFault } from "@tamma/core/protocol/disk.ts";
import { type Context, Hono } from "hono";
import { findStorageFault } from "../storage-fault.ts";
import type { AppEnv } from "./bindings.ts";
import { dashboardRoutes } from "./dashboard/dashboard-routes.ts";
import { renderProblemPage } from "./dashboard/problem-page.tsx";
import { localToken } from "./middleware/bearer.ts";
import { hostCheck } from "./middleware/host.ts";
import { countInFlight } from "./middleware/in-flight.ts";
import { requestId } from "./middleware/request-id.ts";
import { securityHeaders } from "./middleware/security-headers.ts";
import { HttpProblem, problemResponse } from "./problem.ts";
import { accountRoutes } from "./routes/account.ts";
import { connectionRoutes } from "./routes/connections.ts";
import { deliveryRoutes } from "./routes/deliveries.ts";
import { healthRoutes } from "./routes/health.ts";
import { loopCommandRoutes } from "./routes/loop-commands.ts";
import { loopRoutes } from "./routes/loops.ts";
import { repositoryRoutes } from "./routes/repositories.ts";
import { runnerRoutes } from "./routes/runner.ts";
import { serverRoutes } from "./routes/server.ts";
import { webhookRoutes } from "./routes/webhooks.ts";

/**
 * All of HTTP: REST below `/api/v1`, runners below `/runner/v1`, platforms below `/webhooks`, people below
 * `/app`. It parses, asks
 * `env.ORCHESTRATOR` and renders the answer; every rule lives behind that binding.
 */
export function createApp(): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  // From outside to inside: an error anywhere still gets its id and its headers.
  app.use(requestId, securityHeaders, hostCheck, countInFlight);

  app.route("/", healthRoutes());
  app.use("/api/v1/*", localToken);
  app.route("/api/v1/repositories", repositoryRoutes());
  app.route("/api/v1/loops", loopRoutes());
  app.route("/api/v1/loops", loopCommandRoutes());
  app.route("/api/v1/connections", connectionRoutes());
  app.route("/api/v1/deliveries", deliveryRoutes());
  app.route("/api/v1/server", serverRoutes());
  app.route("/api/v1", accountRoutes());
  app.route("/runner/v1", runnerRoutes());
  app.route("/webhooks", webhookRoutes());
  app.route("/app", dashboardRoutes());
  app.get("/", (c) => c.redirect("/app", 302));

  app.notFound((c) => {
    throw new HttpProblem(
      404,
      "no-route",
      `Nothing answers ${c.req.method} here.`,
      "Check the path and the method.",
    );
  });
  app.onError(async (error, c) => {
    const problem = error instanceof HttpProblem ? error : await internal(error, c);
    return isPage(c.req.path) ? renderProblemPage(c, problem) : problemResponse(problem);
  });
  return app;
}

function isPage(path: string): boolean {
  return path === "/app" || path.startsWith("/app/");
}

/** Nothing of the request was kept: the transaction that failed is undone as a whole. */
function storageProblem(fault: StorageFault, requestId: string): HttpProblem {
  if (fault === "full")
    return new HttpProblem(
      507,
      "storage-full",
      `There is no space left where the server keeps its state; nothing was changed (request ${requestId}).`,
      "Free some space there and send it again; the loops go on by themselves.",
    );
  return new HttpProblem(
    503,
    "storage-unwritable",
    `The server cannot write where it keeps its state; nothing was changed (request ${requestId}).`,
    "Look at that disk and its permissions, then send it again; the server's log has the cause.",
  );
}

/** The cause goes to our log under the request's id; outside only the id is told. */
async function internal(error: unknown, c: Context<AppEnv>): Promise<HttpProblem> {
  const requestId = c.get("requestId");
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  console.error(JSON.stringify({ level: "error", requestId, message }));
  const fault = await findStorageFault(error, c.env.STATE_DISK);
  if (fault !== null) return storageProblem(fault, requestId);
  return new HttpProblem(
    500,
    "internal",
    `The request failed here, not at your side (request ${requestId}).`,
    "Try again; if it stays, look for this request id in the server's log.",
  );
}
