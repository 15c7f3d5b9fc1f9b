import * as connections from "@tamma/core/protocol/connections.ts";
import * as deliveries from "@tamma/core/protocol/deliveries.ts";
import * as rest from "@tamma/core/protocol/rest.ts";
import { z } from "zod";
import { code, table } from "./markdown.ts";
import { broken, meaningOfNames, names } from "./names.ts";
import { inFull, type Names } from "./shape.ts";

/** One call: where, what it takes and gives by name, and what it is for. */
export interface Route {
  method: "GET" | "POST" | "PUT";
  path: string;
  takes: string;
  gives: string;
  says: string;
}

const route = (method: Route["method"], path: string, takes: string, gives: string, says: string): Route => ({
  method,
  path,
  takes,
  gives,
  says,
});

/** All of `/api/v1`; test/docs/routes.test.ts holds it against the routes that the Worker really has. */
export const restRoutes: readonly Route[] = [
  route("GET", "/repositories", "", "{ repositories: Repository[] }", "all repositories"),
  route(
    "POST",
    "/repositories",
    "AddRepository",
    "AddedRepository",
    "adds one and sets it up on its platform; the same again mends only what is missing",
  ),
  route(
    "POST",
    "/repositories/:repository/remove",
    "",
    "{ removed: string }",
    "takes its webhook away and lists it no more, unless loops are under way; its record stays",
  ),
  route(
    "GET",
    "/repositories/:repository/settings",
    "",
    "RepositorySettings",
    "what its next loop starts with, and where each value comes from",
  ),
  route("GET", "/repositories/:repository/issues", "", "{ issues: Issue[] }", "all issues of a repository"),
  route("POST", "/repositories/:repository/issues", "NewIssue", "Issue", "opens an issue"),
  route("GET", "/repositories/:repository/issues/:number", "", "Issue", "one issue with its comments"),
  route(
    "GET",
    "/loops",
    "?state=active|all&repository=",
    "LoopList",
    "loops, newest first, and what is queued",
  ),
  route("POST", "/loops", "StartLoop", "LoopStarted", "starts a loop (201) or finds the active one (200)"),
  route("GET", "/loops/:loop", "", "LoopView", "one loop: steps, open question, risk, budget"),
  route("GET", "/loops/:loop/events", "?after=&limit=", "EventPage", "its events, oldest first, at most 500"),
  route(
    "GET",
    "/loops/:loop/state",
    "?at=",
    "{ seq: number, state: unknown }",
    "its state at an event's number",
  ),
  route("GET", "/loops/:loop/verify", "", "ChainReport", "whether the hash chain of its record holds"),
  route("GET", "/loops/:loop/record", "?after=&limit=", "RecordPage", "its events with all that is hashed"),
  route("GET", "/loops/:loop/logs", "?after=&job=", "LogPage", "the logs of its jobs behind a place"),
  route(
    "GET",
    "/loops/:loop/rerun",
    "?from=",
    "RerunReport",
    "whether every command, decided again, gives the same events",
  ),
  route("GET", "/loops/:loop/diff", "", "text/x-diff", "its present change as `git diff`"),
  route("GET", "/loops/:loop/log", "?job=", "text/plain", "the log of a job, the newest when none is named"),
  route(
    "POST",
    "/loops/:loop/checkpoints/:checkpoint",
    "DecideCheckpoint",
    "CommandAnswer",
    "decides a checkpoint",
  ),
  route("POST", "/loops/:loop/questions", "AnswerQuestions", "CommandAnswer", "answers open questions"),
  route(
    "POST",
    "/loops/:loop/escalations/:escalation",
    "ResolveEscalation",
    "CommandAnswer",
    "decides about an escalation",
  ),
  route("POST", "/loops/:loop/retry", "", "CommandAnswer", "an obstacle is out of the way: go on"),
  route("POST", "/loops/:loop/pause", "", "CommandAnswer", "stops the work until `retry`"),
  route("POST", "/loops/:loop/escalate", "EscalateLoop", "CommandAnswer", "hands the loop to a person"),
  route("POST", "/loops/:loop/cancel", "CancelLoop", "CommandAnswer", "ends the loop; its branch is kept"),
  route("POST", "/loops/:loop/ticket", "", "Ticket", "lets one run of CI in that does the loop's jobs"),
  route("POST", "/loops/:loop/comments", "NewComment", "CommandAnswer", "comments on the pull request"),
  route("GET", "/inbox", "", "Inbox", "all that waits for a person"),
  route("POST", "/runners", "EnrolRunner", "{ runner: string }", "enrols a runner by its public key"),
  route("GET", "/runners", "", "{ runners: Runner[] }", "all runners, and when they were seen"),
  route(
    "POST",
    "/runners/:runner/revoke",
    "",
    "{ revoked: string }",
    "ends the right of a runner for good: key, tokens and leases",
  ),
  route("GET", "/connections", "", "{ connections: Connection[] }", "all connections to platforms"),
  route(
    "POST",
    "/connections",
    "AddConnection",
    "NewConnection",
    "connects a platform; the same input again gives the same answer",
  ),
  route(
    "GET",
    "/connections/:connection/check",
    "?repository=",
    "ConnectionCheck",
    "asks the platform how well it and its repositories are set up",
  ),
  route(
    "POST",
    "/connections/:connection/change",
    "ChangeConnection",
    "Connection",
    "changes where the platform reaches this server",
  ),
  route(
    "POST",
    "/connections/:connection/rotate",
    "RotateConnection",
    "NewConnection",
    "a new webhook secret; the one before stays good until the next",
  ),
  route(
    "POST",
    "/connections/:connection/remove",
    "",
    "{ removed: string }",
    "forgets it and its secrets, unless repositories need it",
  ),
  route(
    "GET",
    "/deliveries",
    "?repository=&only=refused&before=&limit=",
    "DeliveryPage",
    "webhooks that came, and what became of each, newest first; no body is shown",
  ),
  route("GET", "/providers/check", "", "ProviderReport", "whether the provider can serve"),
  route("POST", "/login-links", "", "LoginLink", "a link that signs a browser in once"),
  route("GET", "/server", "", "ServerReport", "what runs there, its clock, and whose the token is"),
  route("POST", "/server/resume", "Resume", "Resumed", "wakes every loop that may have work"),
  route("POST", "/server/drain", "", "Draining", "begins nothing new; says what is still under way"),
  route(
    "POST",
    "/server/reconcile",
    "Reconcile",
    "ReconcileReport",
    "compares every record with its copy in D1, and mends what can be verified",
  ),
];

const wire = { ...rest, ...connections, ...deliveries };
const restNames: Names = new Map([...names, ...schemasOf(wire)]);

export function restCalls(): string {
  return callTable("/api/v1", restRoutes);
}

export function restShapes(): string {
  return shapes([...schemasOf(wire)], restNames);
}

export function callTable(prefix: string, routes: readonly Route[]): string {
  const optional = (text: string) => (text === "" ? "" : code(text));
  return table(
    ["call", "takes", "gives", "what it does"],
    routes.map(({ method, path, takes, gives, says }) => [
      code(`${method} ${prefix}${path}`),
      optional(takes),
      optional(gives),
      says,
    ]),
  );
}

/** Every schema of a wire module in full, then the names that they use. */
export function shapes(own: readonly [unknown, string][], known: Names): string {
  const lines = own.map(([schema, name]) => `type ${name} = ${broken(inFull(schema as z.ZodType, known))};`);
  const all = lines.join("\n\n");
  return `\`\`\`ts\n${all}\n\`\`\`\n\nThe other names:\n\n${meaningOfNames(all)}`;
}

export function schemasOf(module: Record<string, unknown>): Map<unknown, string> {
  return new Map(
    Object.entries(module)
      .filter(([, value]) => value instanceof z.ZodType)
      // Not every loader lists a module's names in the same order.
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => [value, name]),
  );
}
