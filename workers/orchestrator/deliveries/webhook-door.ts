import type { WebhookAnswer } from "@tamma/core/protocol/connections.ts";
import type { Answer, IncomingWebhook } from "../../rpc.ts";
import { webhooksOf } from "../compose.ts";
import { connectionAccess } from "../connection-access.ts";
import { accountHub, repoCoordinator } from "../objects.ts";
import type { Parts } from "../parts.ts";
import { ok, refuse } from "../refusal.ts";

/** One refusal for all that is not proven: which part was wrong helps only somebody who guesses. */
const unproven = refuse<never>(
  401,
  "bad-webhook",
  "this delivery does not prove that it comes from the connected platform",
  "check the webhook's address and secret: `tamma connections rotate` makes a new one",
);

/**
 * Proves a delivery, reads it, and keeps it in its repository's object under the platform's own id, so that
 * whatever is delivered twice is worked on once.
 */
export async function takeWebhook(
  { env }: Parts,
  { platform, connection, headers: pairs, body }: IncomingWebhook,
): Promise<Answer<WebhookAnswer>> {
  const access = await connectionAccess(env, connection);
  const headers = new Headers(pairs);
  if (!access) return unproven;
  // People who own the connection are told what the sender is not.
  const refused = async (why: string, answer: Answer<never>) => {
    await accountHub(env).noteRefusedDelivery(connection, why);
    return answer;
  };
  const source = access.platform === platform ? webhooksOf(access.platform, headers) : null;
  if (!source) return refused(`it is not one of ${access.platform}'s`, unproven);
  const proof = await source.verify(headers, new Uint8Array(body), access.webhookSecrets);
  if ("refused" in proof) return refused(proof.refused, unproven);
  const payload = jsonOf(body);
  if (payload === undefined) return refused("it is not JSON in UTF-8", malformed("it is not JSON in UTF-8"));
  const reading = source.read(proof.event, payload);
  if ("ignored" in reading) return ok({ outcome: "ignored", why: reading.ignored });
  if ("malformed" in reading) return refused(reading.malformed, malformed(reading.malformed));
  const { webhook } = reading;
  const coordinator = repoCoordinator(env, { connection, id: webhook.repository.id });
  const outcome = await coordinator.takeDelivery({ id: proof.id, event: proof.event, webhook });
  if (outcome !== "unknown") return ok({ outcome, why: null });
  return ok({ outcome: "ignored", why: `${webhook.repository.name} was never added to Tamma` });
}

function malformed(what: string): Answer<never> {
  return refuse(
    422,
    "bad-payload",
    `the delivery is proven, but not what the platform documents: ${what}`,
    "look whether the platform's version is supported",
  );
}

function jsonOf(body: ArrayBuffer): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(body));
  } catch {
    return undefined;
  }
}
