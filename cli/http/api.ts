import type { LoopView } from "@tamma/core/domain/loop/view.ts";
import * as rest from "@tamma/core/protocol/rest.ts";
import { z } from "zod";
import type { Client } from "./client.ts";
import { connectionCalls } from "./connection-calls.ts";
import { decisionCalls, loopPath } from "./decision-calls.ts";

/** The view is made by the server from the same type; its parts that the CLI steers by are checked. */
const View = z.custom<LoopView>((value) => Shape.safeParse(value).success, "not a loop view");
const Shape = z.object({ id: z.string(), word: z.string(), steps: z.array(z.object({})), seq: z.number() });
const Repositories = z.object({ repositories: z.array(rest.Repository) });
const Issues = z.object({ issues: z.array(rest.Issue) });
const Runners = z.object({ runners: z.array(rest.Runner) });
const Enrolled = z.object({ runner: z.string() });
const Removed = z.object({ removed: z.string() });
const Revoked = z.object({ revoked: z.string() });

const repositoryPath = (repository: string) => `/repositories/${encodeURIComponent(repository)}`;

/** The REST API as functions; paths and shapes live only here. */
export function createApi(client: Client) {
  return {
    server: client.server,
    repositories: async () => (await client.get("/repositories", Repositories)).repositories,
    addRepository: (input: z.input<typeof rest.AddRepository>) =>
      client.send("/repositories", input, rest.AddedRepository),
    removeRepository: (repository: string) =>
      client.send(`${repositoryPath(repository)}/remove`, {}, Removed),
    issues: async (repository: string) =>
      (await client.get(`${repositoryPath(repository)}/issues`, Issues)).issues,
    issue: (repository: string, number: number) =>
      client.get(`${repositoryPath(repository)}/issues/${number}`, rest.Issue),
    createIssue: (repository: string, input: z.input<typeof rest.NewIssue>) =>
      client.send(`${repositoryPath(repository)}/issues`, input, rest.Issue),

    startLoop: (input: z.input<typeof rest.StartLoop>) => client.send("/loops", input, rest.LoopStarted),
    loops: (state: "active" | "all") => client.get(`/loops?state=${state}`, rest.LoopList),
    loop: (loop: string) => client.get(loopPath(loop), View),
    events: (loop: string, after: number, limit: number) =>
      client.get(`${loopPath(loop)}/events?after=${after}&limit=${limit}`, rest.EventPage),
    verify: (loop: string) => client.get(`${loopPath(loop)}/verify`, rest.ChainReport),
    record: (loop: string, after: number, limit: number) =>
      client.get(`${loopPath(loop)}/record?after=${after}&limit=${limit}`, rest.RecordPage, true),
    rerun: (loop: string, from: number) =>
      client.get(`${loopPath(loop)}/rerun?from=${from}`, rest.RerunReport),
    logs: (loop: string, after: string, job: string | null) =>
      client.get(
        `${loopPath(loop)}/logs?after=${after}${job === null ? "" : `&job=${encodeURIComponent(job)}`}`,
        rest.LogPage,
      ),
    diff: (loop: string) => client.text(`${loopPath(loop)}/diff`),

    ...decisionCalls(client),

    reconcile: (input: z.input<typeof rest.Reconcile>) =>
      client.send("/server/reconcile", input, rest.ReconcileReport),

    inbox: () => client.get("/inbox", rest.Inbox),
    serverReport: () => client.get("/server", rest.ServerReport),
    settings: (repository: string) =>
      client.get(`${repositoryPath(repository)}/settings`, rest.RepositorySettings),
    runners: async () => (await client.get("/runners", Runners)).runners,
    enrolRunner: (input: z.input<typeof rest.EnrolRunner>) => client.send("/runners", input, Enrolled),
    revokeRunner: (runner: string) =>
      client.send(`/runners/${encodeURIComponent(runner)}/revoke`, {}, Revoked),
    ...connectionCalls(client),
    checkProvider: () => client.get("/providers/check", rest.ProviderReport),
    loginLink: () => client.send("/login-links", {}, rest.LoginLink),
  };
}
export type Api = ReturnType<typeof createApi>;
