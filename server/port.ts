import { createServer } from "node:net";

/** The port cannot be had; the message says what to do. */
export class PortTaken extends Error {
  override readonly name = "PortTaken";
}

/**
 * Tries the port before anything is opened, because miniflare's own refusal comes late and cannot be disposed
 * of. 0 picks a free one, since the Worker has to know its own address before it starts.
 *
 * @returns the port to listen on
 */
export function tryPort(host: string, port: number): Promise<number> {
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
