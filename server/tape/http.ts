import type { IncomingHttpHeaders, IncomingMessage } from "node:http";

/** A conversation of fifty turns with whole files is a fraction of this. */
const requestBytesMax = 50_000_000;

/** Between which two programs a header stands is their business; these are not passed on. */
const hopByHop = new Set([
  ...["connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade", "expect", "host"],
  ...["proxy-authenticate", "proxy-authorization", "content-length", "accept-encoding", "content-encoding"],
]);

/** Where providers look for a key. */
const keyHeaders = ["authorization", "x-api-key", "api-key", "x-goog-api-key"];

/** How a server says that its answers were written by people: the scripted engineer, and a replayed tape. */
export const answersHeader = "x-tamma-answers";

/** @throws Error when the body is larger than any conversation */
export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > requestBytesMax) throw new Error(`a request may have ${requestBytesMax} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** Headers that mean something at the other end. */
export function passedOn(headers: IncomingHttpHeaders | Headers): Record<string, string> {
  const entries = headers instanceof Headers ? [...headers] : Object.entries(headers);
  return Object.fromEntries(
    entries.flatMap(([name, value]) =>
      value === undefined || hopByHop.has(name) ? [] : [[name, String(value)]],
    ),
  );
}

/** The keys that a request carries, without the word before them. */
export function keysIn(headers: IncomingHttpHeaders): string[] {
  return keyHeaders.flatMap((name) => {
    const value = headers[name];
    return typeof value === "string" ? [value.replace(/^\w+ /, "")] : [];
  });
}
