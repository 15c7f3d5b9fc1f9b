import { hostname } from "node:os";
import { z } from "zod";
import { ensureKey, writeEnrolment } from "./client/identity.ts";
import type { Fetch } from "./client/token.ts";

const Enrolled = z.object({ runner: z.string().min(1) });
const enrolTimeoutMs = 20_000;

export interface EnrolOptions {
  server: string;
  /** The local token of somebody who may add runners. */
  token: string;
  keyFile: string;
  name?: string;
  fetch: Fetch;
}

/**
 * Makes a key (or takes the one that is there), tells the server its public half and stores who we are
 * beside it. Answers the runner's id. Doing it again is harmless.
 */
export async function enrol({ server, token, keyFile, name, fetch }: EnrolOptions): Promise<string> {
  const { publicKey } = ensureKey(keyFile);
  const response = await fetch(`${server.replace(/\/+$/, "")}/api/v1/runners`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ name: name ?? hostname(), publicKey }),
    signal: AbortSignal.timeout(enrolTimeoutMs),
  });
  const text = await response.text();
  if (!response.ok) {
    const todo = response.status === 401 || response.status === 403 ? " Is the token right?" : "";
    throw new Error(
      `${server} does not enrol this runner (${response.status}): ${text.slice(0, 300)}${todo}`,
    );
  }
  const { runner } = Enrolled.parse(JSON.parse(text));
  writeEnrolment(keyFile, { runner, server });
  return runner;
}
