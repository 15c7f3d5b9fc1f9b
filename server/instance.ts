import { Miniflare, type MiniflareOptions } from "miniflare";

const signals = ["SIGTERM", "SIGINT", "SIGHUP"] as const;

/**
 * A miniflare that leaves signals to us. It would answer the first one by ending workerd and this process
 * on the spot: requests in flight would be cut and `server.json` would stay. Its hook on `exit` is kept, so
 * workerd still ends with this process.
 */
export function createInstance(options: MiniflareOptions): Miniflare {
  const before = signals.map((signal) => [signal, process.listeners(signal)] as const);
  const instance = new Miniflare(options);
  for (const [signal, ours] of before)
    for (const listener of process.listeners(signal))
      if (!ours.includes(listener)) process.off(signal, listener);
  return instance;
}
