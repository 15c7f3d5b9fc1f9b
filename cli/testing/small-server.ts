import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Envelope } from "@tamma/core/domain/loop/events.ts";
import type { LoopView } from "@tamma/core/domain/loop/view.ts";
import * as connections from "@tamma/core/protocol/connections.ts";
import type { Delivery } from "@tamma/core/protocol/deliveries.ts";
import * as rest from "@tamma/core/protocol/rest.ts";
import type { z } from "zod";
import { mergedLoop } from "./loop-view.ts";

export const token = "tamma_local_test";

/** A command as it arrived. */
export interface Received {
  path: string;
  key: string;
  body: unknown;
}

/**
 * The REST API over real HTTP with one loop that the test moves by hand: `view` is what it shows, and `on`
 * what a command does to it. Bodies are checked against rest.ts.
 */
export interface SmallServer {
  url: string;
  view: LoopView;
  received: Received[];
  events: rest.EventLine[];
  chain: rest.ChainReport;
  /** What comparing the records with D1 finds. */
  streams: rest.StreamReport[];
  issues: rest.Issue[];
  loops: rest.LoopSummary[];
  inbox: rest.InboxItem[];
  runners: rest.Runner[];
  connections: connections.Connection[];
  /** What the platform says of each connection. */
  check: connections.ConnectionCheck["findings"];
  deliveries: Delivery[];
  /** Queries for deliveries, as they came. */
  asked: string[];
  repositories: rest.Repository[];
  /** What was done on the platform for a repository that is added, and whether it was there before. */
  added: Pick<rest.AddedRepository, "already" | "setUp">;
  server: rest.ServerReport;
  provider: rest.ProviderReport;
  health: rest.Health;
  rerun: rest.RerunReport;
  envelopes: Envelope[];
  settings: Omit<rest.RepositorySettings, "repository">;
  /** Log pages by the cursor they are asked with. */
  logs: Record<string, rest.LogPage>;
  /** Diff and log. */
  text: string;
  /** Runs after each command that was taken; moves `view` on. */
  on: (received: Received) => void;
  /** Answers the next command with this problem. */
  refuse: { status: number; code: string; detail: string; todo: string } | null;
  /** That many requests are cut off without an answer, after the command was taken. */
  cuts: number;
  close(): Promise<void>;
}

const bodies: [RegExp, z.ZodType][] = [
  [/^\/repositories$/, rest.AddRepository],
  [/^\/repositories\/[^/]+\/issues$/, rest.NewIssue],
  [/^\/runners$/, rest.EnrolRunner],
  [/^\/connections$/, connections.AddConnection],
  [/^\/connections\/[^/]+\/rotate$/, connections.RotateConnection],
  [/^\/connections\/[^/]+\/change$/, connections.ChangeConnection],
  [/^\/loops$/, rest.StartLoop],
  [/\/checkpoints\/[^/]+$/, rest.DecideCheckpoint],
  [/\/questions$/, rest.AnswerQuestions],
  [/\/escalations\/[^/]+$/, rest.ResolveEscalation],
  [/\/cancel$/, rest.CancelLoop],
  [/\/escalate$/, rest.EscalateLoop],
  [/\/comments$/, rest.NewComment],
  [/\/reconcile$/, rest.Reconcile],
];

export async function startSmallServer(): Promise<SmallServer> {
  const http = createServer((request, response) => void serve(server, request, response));
  await new Promise<void>((listening) => http.listen(0, "127.0.0.1", listening));
  const server: SmallServer = {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    view: mergedLoop(),
    received: [],
    events: [],
    chain: { ok: true, events: 87, head: "ab".repeat(32), brokenAt: null, problem: null },
    streams: [],
    issues: [],
    loops: [],
    inbox: [],
    runners: [],
    connections: [],
    check: [],
    deliveries: [],
    asked: [],
    repositories: [repository],
    added: { already: false, setUp: null },
    server: { version: "0.0.0", now: Date.now(), user: "ada", runnerProtocol: 1 },
    provider: {
      provider: "anthropic",
      model: "scripted",
      label: "scripted by hand",
      ok: true,
      problem: null,
    },
    health: { status: "ok", parts: { objects: "ok", database: "ok", blobs: "ok", copies: "ok" } },
    rerun: { same: true, from: 1, commands: 60, events: 87, taken: 0, effects: 20, difference: null },
    envelopes: [],
    settings: { settings: [], source: null },
    logs: {},
    text: "diff --git a/a b/a",
    on: () => {},
    refuse: null,
    cuts: 0,
    close: () => close(http),
  };
  return server;
}

async function serve(server: SmallServer, request: IncomingMessage, response: ServerResponse) {
  const path = (request.url ?? "").replace(/^\/api\/v1/, "");
  // The one answer that nobody needs a token for.
  if (path === "/health") return answer(response, 200, server.health);
  if (request.headers.authorization !== `Bearer ${token}`)
    return problem(response, 401, "bad-token", "The token is wrong.", "Find the right one.");
  if (request.method === "GET") return answer(response, 200, read(server, path));

  const body: unknown = JSON.parse(await text(request));
  const parsed = bodies.find(([pattern]) => pattern.test(path))?.[1].safeParse(body);
  if (parsed && !parsed.success)
    return problem(response, 400, "bad-body", parsed.error.message, "Send it right.");
  const received = { path: decodeURIComponent(path), key: String(request.headers["idempotency-key"]), body };
  const again = server.received.some((one) => one.key === received.key);
  server.received.push(received);
  if (server.refuse) {
    const { status, code, detail, todo } = server.refuse;
    server.refuse = null;
    return problem(response, status, code, detail, todo);
  }
  if (!again) server.on(received);
  if (server.cuts > 0) {
    server.cuts--;
    return request.socket.destroy();
  }
  return answer(response, 200, result(server, path, body));
}

function read(server: SmallServer, path: string): unknown {
  if (path === "/repositories") return { repositories: server.repositories };
  if (path === "/server") return { ...server.server, now: server.server.now || Date.now() };
  if (path === "/runners") return { runners: server.runners };
  if (path === "/connections") return { connections: server.connections };
  if (path === "/providers/check") return server.provider;
  if (path.startsWith("/deliveries?")) {
    const query = new URLSearchParams(path.slice("/deliveries?".length));
    server.asked.push(decodeURIComponent(query.toString()));
    const limit = Number(query.get("limit"));
    const more = server.deliveries.length > limit;
    return { deliveries: server.deliveries.slice(0, limit), next: more ? "5~work/42/d'2" : null };
  }
  if (/^\/connections\/[^/]+\/check/.test(path))
    return { connection: server.connections[0], capabilities: {}, findings: server.check };
  if (/\/settings$/.test(path)) return { repository, ...server.settings };
  if (/\/rerun\?from=/.test(path)) return { ...server.rerun, from: Number(path.split("=")[1]) };
  const recorded = /\/record\?after=(\d+)/.exec(path)?.[1];
  if (recorded !== undefined) {
    const envelopes = server.envelopes.slice(Number(recorded), Number(recorded) + 2);
    return { envelopes, next: Number(recorded) + envelopes.length };
  }
  const place = /\/logs\?after=([^&]*)/.exec(path)?.[1];
  if (place !== undefined) return server.logs[place] ?? { chunks: [], next: place };
  if (/\/issues$/.test(path)) return { issues: server.issues };
  if (/\/issues\/\d+$/.test(path)) return server.issues[0];
  if (/^\/loops\?/.test(path)) return { loops: server.loops, queued: [], degraded: false };
  if (path === "/inbox") return { items: server.inbox };
  if (/\/verify$/.test(path)) return server.chain;
  if (/\/(diff|log)$/.test(path)) return server.text;
  const after = /\/events\?after=(\d+)/.exec(path)?.[1];
  if (after !== undefined) {
    const events = server.events.filter((event) => event.seq > Number(after));
    return { events, next: events.at(-1)?.seq ?? Number(after) };
  }
  return server.view;
}

function result(server: SmallServer, path: string, body: unknown): unknown {
  if (/\/reconcile$/.test(path)) return { streams: server.streams };
  if (path === "/repositories") return { ...repository, ...server.added };
  if (/^\/connections\/[^/]+\/change$/.test(path)) return server.connections[0];
  if (path === "/loops") return { loop: server.view.id, already: false, position: 0 };
  if (path === "/runners") return { runner: "r-0123456789abcdef" };
  const revoked = /^\/runners\/([^/]+)\/revoke$/.exec(path)?.[1];
  if (revoked !== undefined) return { revoked: decodeURIComponent(revoked) };
  if (path === "/connections" || /^\/connections\/[^/]+\/rotate$/.test(path))
    return { ...server.connections[0], webhookSecret: "hook-secret" };
  if (/^\/repositories\/[^/]+\/remove$/.test(path)) return { removed: "acme/shop" };
  if (/^\/connections\/[^/]+\/remove$/.test(path)) return { removed: path.split("/")[2] };
  if (path === "/login-links") return { path: "/app/login?key=once", expiresAt: 1 };
  if (/\/issues$/.test(path)) return issueOf(8, (body as { title: string }).title);
  return { accepted: true, already: null, seq: server.view.seq };
}

const repository: rest.Repository = {
  connection: "plain",
  id: "r1",
  name: "sample",
  url: "/tmp/sample",
  defaultBranch: "main",
};

export function issueOf(number: number, title: string): rest.Issue {
  return { number, title, body: "", state: "open", labels: [], author: "ada", comments: [], loop: null };
}

function answer(response: ServerResponse, status: number, body: unknown) {
  const plain = typeof body === "string";
  response.writeHead(status, { "content-type": plain ? "text/plain" : "application/json" });
  response.end(plain ? body : JSON.stringify(body));
}

function problem(response: ServerResponse, status: number, code: string, detail: string, todo: string) {
  const body: rest.Problem = { type: `urn:tamma:problem:${code}`, title: code, status, detail, code, todo };
  answer(response, status, body);
}

async function text(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

function close(http: Server): Promise<void> {
  http.closeAllConnections();
  return new Promise((closed) => http.close(() => closed()));
}
