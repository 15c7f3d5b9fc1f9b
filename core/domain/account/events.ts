import { z } from "zod";
import { todaysVersion } from "../upcast.ts";
import { accountUpcasts } from "./upcasts.ts";

/**
 * Every fact of the account's own stream: who may come in, and what was connected. It never holds a secret.
 */
export const AccountEvent = z.discriminatedUnion("type", [
  z.object({ type: z.literal("RepositoryListed"), connection: z.string(), id: z.string(), name: z.string() }),
  /** Its record stays; adding it again finds it. */
  z.object({
    ...{ type: z.literal("RepositoryUnlisted"), connection: z.string(), id: z.string(), name: z.string() },
  }),
  z.object({ type: z.literal("RunnerEnrolled"), runner: z.string(), name: z.string() }),
  z.object({ type: z.literal("RunnerRevoked"), runner: z.string(), name: z.string() }),
  z.object({ type: z.literal("RunnerTokenIssued"), runner: z.string(), expiresAt: z.number() }),
  /** A run of CI may do jobs: of one loop, or of its repository where `loop` is null. */
  z.object({
    type: z.literal("RunAdmitted"),
    runner: z.string(),
    proof: z.enum(["id-token", "ticket"]),
    connection: z.string(),
    repository: z.string(),
    loop: z.string().nullable(),
    /** The platform's ids of run and attempt; null where a ticket let it in. */
    run: z.string().nullable(),
    attempt: z.string().nullable(),
    /** No token of the run outlives this. */
    until: z.number(),
  }),
  z.object({ type: z.literal("TicketMade"), loop: z.string(), expiresAt: z.number() }),
  /** The platform started this run for this loop, because Tamma asked for it. */
  z.object({ type: z.literal("RunDispatched"), loop: z.string(), run: z.string() }),
  z.object({
    type: z.literal("ConnectionAdded"),
    connection: z.string(),
    platform: z.enum(["github", "gitea"]),
    baseUrl: z.string(),
    credential: z.enum(["token", "app"]),
    /** Where the platform reaches this server, when that is not its own address. */
    webhookBaseUrl: z.string().optional(),
  }),
  /** Null: the platform reaches this server at its own address from now on. */
  z.object({
    type: z.literal("ConnectionChanged"),
    connection: z.string(),
    webhookBaseUrl: z.string().nullable(),
  }),
  /** Something was changed on the platform for a repository; what was there already is not named. */
  z.object({
    type: z.literal("RepositorySetUp"),
    connection: z.string(),
    id: z.string(),
    name: z.string(),
    webhook: z.enum(["made", "renewed"]).optional(),
    label: z.literal("made").optional(),
    /** The pull request that proposes the workflow file. */
    workflow: z.string().optional(),
  }),
  /** A new webhook secret; `credential` is null while that stayed. */
  z.object({
    type: z.literal("ConnectionSecretsChanged"),
    connection: z.string(),
    credential: z.enum(["token", "app"]).nullable(),
  }),
  z.object({ type: z.literal("ConnectionRemoved"), connection: z.string() }),
  z.object({ type: z.literal("LoginLinkCreated"), person: z.string(), expiresAt: z.number() }),
  z.object({ type: z.literal("SignedIn"), person: z.string(), expiresAt: z.number() }),
]);
export type AccountEvent = z.infer<typeof AccountEvent>;

/** Today's version of every account event. */
export const accountEventVersion = todaysVersion(accountUpcasts);
