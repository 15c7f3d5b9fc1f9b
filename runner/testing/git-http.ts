import { spawn } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/**
 * Git's own HTTP backend over the repositories below `root`: `http://127.0.0.1:<port>/<name>`.
 *
 * @param port 0 for a free one
 */
export async function gitHttp(root: string, port = 0) {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://localhost");
    const env = {
      PATH: process.env.PATH,
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: "1",
      REMOTE_USER: "tester",
      PATH_INFO: decodeURIComponent(url.pathname),
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers["content-type"] ?? "",
      HTTP_CONTENT_ENCODING: request.headers["content-encoding"] ?? "",
      GIT_PROTOCOL: String(request.headers["git-protocol"] ?? ""),
    };
    const backend = spawn("git", ["http-backend"], { env });
    request.pipe(backend.stdin);
    const chunks: Buffer[] = [];
    backend.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    backend.on("close", () => {
      // A CGI answer: header lines, an empty line, the body.
      const all = Buffer.concat(chunks);
      const end = all.indexOf("\r\n\r\n");
      const lines: string[] = all.subarray(0, end).toString().split("\r\n");
      const headers = lines.map((line) => line.split(/:\s*/, 2) as [string, string]);
      const status = headers.find(([name]) => name.toLowerCase() === "status");
      for (const [name, value] of headers)
        if (name.toLowerCase() !== "status") response.setHeader(name, value);
      response.writeHead(Number.parseInt(status?.[1] ?? "200", 10)).end(all.subarray(end + 4));
    });
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}
