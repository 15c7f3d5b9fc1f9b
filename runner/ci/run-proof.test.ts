import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Issuer, startIssuer } from "../../test/ci/issuer.ts";
import { caller } from "../client/call.ts";
import { NoProof, type RunProofOptions, runProof } from "./run-proof.ts";

/** A server that lets in everybody, for a moment, and remembers by what. */
let asked: Record<string, unknown>[] = [];
let refuseRenewal = false;
const server = createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  response.setHeader("content-type", "application/json");
  if (!request.url?.endsWith("/token")) return response.end(JSON.stringify({ asked: asked.length }));
  const body = JSON.parse(Buffer.concat(chunks).toString());
  asked.push(body);
  if ("token" in body && refuseRenewal) return response.writeHead(403).end("{}");
  const expiresAt = Date.now() + 30_000;
  return response.end(JSON.stringify({ token: `token-${asked.length}`, expiresAt, loop: "work/42/7#1" }));
});
let url = "";
let issuer: Issuer;
beforeEach(async () => {
  asked = [];
  refuseRenewal = false;
  issuer = await startIssuer();
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  await issuer[Symbol.asyncDispose]();
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
});

const masked: string[] = [];
const options = (env: NodeJS.ProcessEnv): RunProofOptions => ({
  ...{ server: `${url}/`, loop: null, env, fetch },
  mask: (secret) => void masked.push(secret),
  received: () => {},
});
const call = async (by: ReturnType<typeof caller>) =>
  by.call("/any", { json: {}, retryMs: 0 }, (answer) => answer.text());
const platform = (claims: object = {}) => {
  const { url: at, token } = issuer.run(claims);
  return { ACTIONS_ID_TOKEN_REQUEST_URL: at, ACTIONS_ID_TOKEN_REQUEST_TOKEN: token };
};
const audienceOf = (token: unknown) =>
  JSON.parse(Buffer.from(String(token).split(".")[1] ?? "", "base64url").toString()).aud;

test("the platform is asked for a token for this server alone, with a secret that is masked", async () => {
  const env = platform();
  await call(caller(runProof(options(env)), fetch));
  expect(asked).toEqual([{ idToken: expect.any(String), loop: null }]);
  expect(audienceOf(asked[0]?.idToken)).toBe(url);
  expect(masked).toEqual(
    expect.arrayContaining([env.ACTIONS_ID_TOKEN_REQUEST_TOKEN, asked[0]?.idToken, "token-1"]),
  );
});

test("a token that is about to end is renewed by itself, else by a new proof", async () => {
  const by = caller(runProof(options(platform())), fetch);
  await call(by);
  await call(by);
  expect(asked[1]).toEqual({ token: "token-1" });
  refuseRenewal = true;
  await call(by);
  expect(asked.slice(2)).toEqual([{ token: "token-2" }, { idToken: expect.any(String), loop: null }]);
});

test("a ticket is shown with one secret claim, however often the answer is lost", async () => {
  const proof = runProof(options({ TAMMA_RUN_TOKEN: "tamma_ticket_1" }));
  const signal = AbortSignal.timeout(5_000);
  const [first, again] = [await proof.request(null, signal), await proof.request(null, signal)];
  expect(first).toEqual({ ticket: "tamma_ticket_1", claim: expect.stringMatching(/^[\w-]{43}$/) });
  expect(again).toEqual(first);
  expect(masked).toContain("tamma_ticket_1");
});

test("a run with nothing to show says what its workflow lacks", () => {
  expect(() => runProof(options({}))).toThrow(NoProof);
  expect(() => runProof(options({ TAMMA_RUN_TOKEN: "" }))).toThrow(/id-token: write.*TAMMA_RUN_TOKEN/);
});

test("a platform that gives no token fails the call, with its status", async () => {
  const env = { ...platform(), ACTIONS_ID_TOKEN_REQUEST_TOKEN: "another" };
  await expect(call(caller(runProof(options(env)), fetch))).rejects.toMatchObject({
    cause: { message: "the platform gave this run no token (401)" },
  });
});
