import { randomBytes, randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, type JWK, SignJWT } from "jose";

export interface Signing {
  kid?: string;
  key?: CryptoKey;
  alg?: string;
  /** Seconds from now. */
  issuedIn?: number;
  expiresIn?: number;
  issuer?: string;
  audience?: string;
}

/**
 * An issuer as an Enterprise Server of GitHub is one: it publishes its keys below `/_services/token`, and
 * gives a token to each run that asks with the run's own request token. Everything else is passed on to
 * `behind`.
 */
export interface Issuer extends AsyncDisposable {
  readonly url: string;
  readonly issuer: string;
  /** How often its keys were fetched. */
  readonly fetched: number;
  /** A token with these claims, signed with the present key unless told otherwise. */
  sign(claims: object, audience: string, how?: Signing): Promise<string>;
  /** A new key takes the place of all others; answers the old one. */
  rotate(): Promise<{ kid: string; key: CryptoKey }>;
  /** The public half that is published now. */
  published(): JWK;
  /** Where a run with these claims asks, and with what; as GitHub's runner tells its jobs. */
  run(claims: object): { url: string; token: string };
}

const path = "/_services/token";
const lifeS = 300;

export async function startIssuer(behind: string | null = null): Promise<Issuer> {
  const runs = new Map<string, object>();
  let keys = await newKey();
  let fetched = 0;
  let origin = "";

  const sign: Issuer["sign"] = async (claims, audience, how = {}) => {
    const now = Math.floor(Date.now() / 1_000);
    const { kid = keys.kid, key = keys.privateKey, alg = "RS256", issuedIn = -5, expiresIn = lifeS } = how;
    return new SignJWT({ jti: randomUUID(), ...claims })
      .setProtectedHeader({ alg, kid, typ: "JWT" })
      .setIssuer(how.issuer ?? `${origin}${path}`)
      .setAudience(how.audience ?? audience)
      .setIssuedAt(now + issuedIn)
      .setExpirationTime(now + expiresIn)
      .sign(key);
  };
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? "/", origin);
    if (url.pathname === `${path}/.well-known/jwks`) {
      fetched++;
      return json(response, 200, { keys: [keys.jwk] });
    }
    if (url.pathname !== "/id-token")
      return behind === null ? json(response, 404, {}) : pass(request, behind, response);
    const claims = runs.get((request.headers.authorization ?? "").replace(/^bearer /i, ""));
    if (!claims) return json(response, 401, { message: "no such run" });
    return json(response, 200, { value: await sign(claims, url.searchParams.get("audience") ?? "") });
  };
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => json(response, 500, { message: String(error) }));
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: origin,
    issuer: `${origin}${path}`,
    get fetched() {
      return fetched;
    },
    sign,
    async rotate() {
      const { kid, privateKey: key } = keys;
      keys = await newKey();
      return { kid, key };
    },
    published: () => keys.jwk,
    run(claims) {
      const token = randomBytes(16).toString("hex");
      runs.set(token, claims);
      return { url: `${origin}/id-token?api-version=2.0`, token };
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

async function newKey() {
  const { privateKey, publicKey } = await generateKeyPair("RS256", { extractable: true });
  const kid = randomUUID();
  return { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: "RS256", use: "sig" } };
}

async function pass(request: IncomingMessage, behind: string, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const { authorization = "", accept = "*/*" } = request.headers;
  const answered = await fetch(`${behind}${request.url}`, {
    method: request.method ?? "GET",
    headers: { authorization, accept, "content-type": request.headers["content-type"] ?? "application/json" },
    ...(chunks.length > 0 ? { body: Buffer.concat(chunks) } : {}),
  });
  const type = answered.headers.get("content-type") ?? "application/json";
  response.writeHead(answered.status, { "content-type": type });
  response.end(Buffer.from(await answered.arrayBuffer()));
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}
