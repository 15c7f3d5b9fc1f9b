import { readFileSync } from "node:fs";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { parsePort } from "./options.ts";
import { onParentGone } from "./parent.ts";
import { type Exchange, readCassette } from "./tape/cassette.ts";
import { recorder, sizeOf } from "./tape/record.ts";
import { inWords, player } from "./tape/replay.ts";

/**
 * `node server/tape.ts record|replay --file FILE [--upstream URL] [--scripted] [--port N] [--with-parent]`: a
 * process on 127.0.0.1 that Tamma takes for its provider. Standard output is JSON, one object a line: `ready`
 * first, then every exchange, `end` last. See docs/messages-api-server.md.
 */
const usage =
  "node server/tape.ts record|replay --file FILE [--upstream URL] [--scripted] [--port N] [--with-parent]";
const [failed, wrongUsage] = [1, 2];

interface Opened {
  server: Server;
  /** What it came to, and the exit code that goes with it. */
  end(): { tally: object; code: number };
}

try {
  main();
} catch (error) {
  fail(error instanceof Error ? error.message : String(error));
}

function main(): void {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      file: { type: "string" },
      upstream: { type: "string" },
      scripted: { type: "boolean", default: false },
      port: { type: "string", default: "0" },
      "with-parent": { type: "boolean", default: false },
    },
  });
  const { file, upstream, scripted } = values;
  const [verb] = positionals;
  if (file === undefined || (verb !== "record" && verb !== "replay")) return fail(`usage: ${usage}`);
  const opened = verb === "record" ? record(file, upstream, scripted) : replay(file);
  const port = parsePort(values.port);
  opened.server.on("error", (error) => fail(`cannot listen on port ${port}: ${error.message}; use --port 0`));
  opened.server.listen(port, "127.0.0.1", () => {
    const { port: found } = opened.server.address() as AddressInfo;
    tell({ ready: true, url: `http://127.0.0.1:${found}` });
  });
  const end = () => {
    const { tally, code } = opened.end();
    tell({ end: tally });
    process.exit(code);
  };
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, end);
  if (values["with-parent"]) onParentGone(end);
}

function record(file: string, upstream: string | undefined, scripted: boolean): Opened {
  if (!/^https?:\/\//.test(upstream ?? "")) throw new Error("--upstream must be the provider's http(s) URL");
  const count = { taped: 0, left: 0, recorded: 0, scripted: 0 };
  const { version } = JSON.parse(readFileSync(join(import.meta.dirname, "package.json"), "utf8"));
  const server = recorder({
    file,
    upstream: (upstream ?? "").replace(/\/+$/, ""),
    by: `tamma ${version}`,
    now: () => new Date(),
    env: process.env,
    scripted,
    taped(exchange) {
      count.taped += 1;
      count[exchange.answers] += 1;
      tell({ exchange: summaryOf(exchange) });
    },
    left(why) {
      count.left += 1;
      tell({ left: why });
    },
  });
  return { server, end: () => ({ tally: count, code: 0 }) };
}

function replay(file: string): Opened {
  const { server, tally } = player({
    tape: readCassette(file),
    env: process.env,
    served: (exchange) => tell({ exchange: summaryOf(exchange) }),
    missed: (why) => tell({ missed: why }),
  });
  return { server, end: () => ({ tally: tally(), code: tally().missed > 0 ? failed : 0 }) };
}

function summaryOf(exchange: Exchange) {
  const { answers, method, path, status, ended } = exchange;
  const what = exchange.purpose.step === "" ? `${method} ${path}` : inWords(exchange.purpose);
  return { what, answers, status, bytes: sizeOf(exchange), ended };
}

function tell(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

function fail(message: string): never {
  process.stderr.write(`tamma: ${message}\n`);
  process.exit(wrongUsage);
}
