import { createServer, request as openRequest } from "node:http";
import type { AddressInfo } from "node:net";
import { pipeline } from "node:stream";

/** A proxy as people put it in front of a server: it has a name of its own and passes that on. */
export interface FrontProxy extends AsyncDisposable {
  readonly origin: string;
  /** Where requests go from then on; before that they are answered with 502. */
  leadTo(server: string): void;
  /** The paths that were asked for. */
  readonly paths: readonly string[];
}

/** Listens on 127.0.0.1 and calls itself `localhost`. */
export async function startFrontProxy(): Promise<FrontProxy> {
  const paths: string[] = [];
  let target: URL | null = null;
  const proxy = createServer((request, response) => {
    paths.push(request.url ?? "");
    if (target === null) return void response.writeHead(502).end();
    const { hostname, port } = target;
    const { method, url: path, headers } = request;
    const onward = openRequest({ hostname, port, method, path, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      pipeline(answer, response, () => {});
    });
    pipeline(request, onward, (failed) => {
      if (failed && !response.headersSent) response.writeHead(502).end();
    });
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  const { port } = proxy.address() as AddressInfo;
  return {
    origin: `http://localhost:${port}`,
    paths,
    leadTo: (server) => {
      target = new URL(server);
    },
    async [Symbol.asyncDispose]() {
      proxy.closeAllConnections();
      await new Promise((resolve) => proxy.close(resolve));
    },
  };
}
