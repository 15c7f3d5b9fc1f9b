import { createServer } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

/** The port cannot be had; the message says what to do. */
export class PortTaken extends Error {
  override readonly name = "PortTaken";
}

/**
 * A port that was ours a moment ago may still be held: by the last thread of a runtime that was killed, or
 * by a client whose own end of a connection was given the very same number.
 */
const patienceMs = 1_000;
const againMs = 50;

/**
 * Tries the port before anything is opened, because miniflare's own refusal comes late and cannot be disposed
 * of. 0 picks a free one, since the Worker has to know its own address before it starts.
 *
 * @returns the port to listen on
 */
export async function tryPort(host: string, port: number): Promise<number> {
  const until = Date.now() + patienceMs;
  for (;;)
    try {
      return await tryOnce(host, port);
    } catch (error) {
      if (!isTaken(error) || Date.now() >= until) throw error;
      await delay(againMs);
    }
}

/** Others that take port after port just before us: that is no chance any more. */
const listensMax = 5;

/**
 * Listens on `port`, which `tryPort` found for `wanted`. Between that look and the listening another program
 * may take it: then it is looked again.
 *
 * @param listen is called once for each port, and throws what `isLost` knows when it is taken
 * @throws PortTaken, or whatever else `listen` throws
 */
export async function listenOn<T>(
  { host, wanted, port }: { host: string; wanted: number; port: number },
  listen: (port: number) => Promise<T>,
  isLost: (error: unknown) => boolean,
): Promise<T> {
  for (let left = listensMax, found = port; ; found = await tryPort(host, wanted)) {
    left -= 1;
    try {
      return await listen(found);
    } catch (error) {
      if (left === 0 || !isLost(error)) throw error;
    }
  }
}

function isTaken(error: unknown): boolean {
  return error instanceof PortTaken && (error.cause as NodeJS.ErrnoException).code === "EADDRINUSE";
}

function tryOnce(host: string, port: number): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const probe = createServer();
  probe.once("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EADDRINUSE")
      reject(new PortTaken(`port ${port} is taken by another program; use --port`, { cause: error }));
    else if (error.code === "EACCES")
      reject(
        new PortTaken(`port ${port} may not be opened by this user; use --port 1024 or higher`, {
          cause: error,
        }),
      );
    else reject(error);
  });
  probe.listen(port, host, () => {
    const address = probe.address();
    const found = typeof address === "object" && address !== null ? address.port : port;
    probe.close(() => resolve(found));
  });
  return promise;
}
