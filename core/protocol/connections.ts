import { z } from "zod";
import { plainGitConnection } from "../domain/platform/connection.ts";
import { SetupFinding } from "../domain/platform/setup-finding.ts";

/**
 * Connections to platforms, below `/api/v1/connections`. Credentials go in and never come out; the webhook's
 * secret comes out only to whoever gives the credential or makes a new secret.
 */

/** Name of the connection in addresses, ids and `tamma` commands; it stays. */
export const ConnectionId = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,39}$/, "must be 1 to 40 of a-z, 0-9 and -, and begin with a letter")
  .refine((id) => id !== plainGitConnection, "is taken by repositories without a platform");

/** A token of a person or a bot, or a GitHub App. */
export const Credential = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("token"), token: z.string().min(1).max(2_000) }),
  z.strictObject({
    kind: z.literal("app"),
    appId: z.string().regex(/^\d{1,20}$/, "must be the App's number"),
    /** PKCS#1 or PKCS#8 PEM, as GitHub hands it out. */
    privateKey: z.string().min(1).max(10_000),
  }),
]);

const addressCharsMax = 500;

const Address = z
  .string()
  .max(addressCharsMax)
  .transform((url) => url.replace(/\/+$/, ""))
  .refine(isBareHttpUrl, "must be an http(s) address without user, query and fragment");

/**
 * `POST /connections` -> NewConnection. The same input again gives the same answer.
 * `baseUrl`: where the platform is reached by people, as `https://git.example.org`.
 * `webhookBaseUrl`: where the platform reaches this server; null: at the server's own address.
 */
export const AddConnection = z
  .strictObject({
    id: ConnectionId,
    platform: z.enum(["github", "gitea"]),
    baseUrl: Address,
    webhookBaseUrl: Address.nullable().default(null),
    credential: Credential,
  })
  .refine(({ platform, credential }) => platform === "github" || credential.kind === "token", {
    path: ["credential"],
    message: "only GitHub knows Apps; give a token",
  });

/** `POST /connections/{id}/rotate`: a new webhook secret, and a new credential when one is given. */
export const RotateConnection = z.strictObject({ credential: Credential.optional() });

/** `POST /connections/{id}/change` -> Connection. */
export const ChangeConnection = z.strictObject({ webhookBaseUrl: Address.nullable() });

export const Connection = z.object({
  id: z.string(),
  platform: z.enum(["github", "gitea"]),
  baseUrl: z.string(),
  credential: z.enum(["token", "app"]),
  addedAt: z.number(),
  /** When its secrets were set last. */
  secretsAt: z.number(),
  /** Path of this server to which the platform sends its webhooks. */
  webhookPath: z.string(),
  /** Where the platform reaches this server, when that is not the server's own address. */
  webhookBaseUrl: z.string().nullable(),
  /** The whole address for webhooks; null: the platform has no way here, so give it a `webhookBaseUrl`. */
  webhookUrl: z.string().nullable(),
});

/** With the secret by which the platform signs its webhooks. */
export const NewConnection = Connection.extend({ webhookSecret: z.string() });

/**
 * `GET /connections/{id}/check`: how well it is set up, and the repositories that were added through it.
 * `?repository=` looks at one of them alone.
 */
export const ConnectionCheck = z.object({
  connection: Connection,
  /** What the platform can do, by repository; one that could not be looked at is missing. */
  capabilities: z.record(z.string(), z.record(z.string(), z.unknown())),
  findings: z.array(SetupFinding),
});

/** Answer to a webhook, for whoever looks into the platform's list of deliveries. */
export const WebhookAnswer = z.object({
  /** `taken`: kept and worked on; `again`: was taken before; `ignored`: says nothing to Tamma. */
  outcome: z.enum(["taken", "again", "ignored"]),
  why: z.string().nullable(),
});

export type Credential = z.infer<typeof Credential>;
export type AddConnection = z.infer<typeof AddConnection>;
export type RotateConnection = z.infer<typeof RotateConnection>;
export type ChangeConnection = z.infer<typeof ChangeConnection>;
export type ConnectionCheck = z.infer<typeof ConnectionCheck>;
export type Connection = z.infer<typeof Connection>;
export type NewConnection = z.infer<typeof NewConnection>;
export type WebhookAnswer = z.infer<typeof WebhookAnswer>;

function isBareHttpUrl(text: string): boolean {
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol)) return false;
  return url.username === "" && url.password === "" && url.search === "" && url.hash === "";
}
