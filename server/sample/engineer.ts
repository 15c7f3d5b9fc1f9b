import { readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { parseArgs } from "node:util";
import { z } from "zod";
import { onParentGone } from "../parent.ts";
import { engineerServer } from "./engineer/server.ts";
import { sampleScript } from "./sample-script.ts";
import { Script } from "./script.ts";

/**
 * `node server/sample/engineer.ts [--port 0] [--script FILE] [--key KEY] [--with-parent]`: the scripted
 * engineer, a process of its own that speaks Anthropic's Messages API on 127.0.0.1. Its answers were
 * written by hand; no model is called. The first line on standard output is `{"port":N}`.
 */
function main(): void {
  const { values } = parseArgs({
    options: {
      port: { type: "string", default: "0" },
      script: { type: "string" },
      key: { type: "string" },
      "with-parent": { type: "boolean", default: false },
    },
  });
  const server = engineerServer({ script: loadScript(values.script), key: values.key ?? null });
  server.on("error", (error) => fail(`cannot listen on port ${values.port}: ${error.message}; use --port 0`));
  server.listen(Number(values.port), "127.0.0.1", () => {
    const { port } = server.address() as AddressInfo;
    process.stdout.write(`${JSON.stringify({ port })}\n`);
  });
  if (values["with-parent"]) onParentGone(() => process.exit(0));
  process.on("SIGTERM", () => process.exit(0));
}

function loadScript(file: string | undefined): Script {
  if (file === undefined) return sampleScript;
  try {
    return Script.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    return fail(`cannot use the script ${file}: ${why}\nIts schema is Script in server/sample/script.ts.`);
  }
}

function fail(message: string): never {
  process.stderr.write(`engineer: ${message}\n`);
  process.exit(2);
}

main();
