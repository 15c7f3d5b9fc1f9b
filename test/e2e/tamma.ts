import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Script } from "../../server/sample/script.ts";
import { samplePath } from "../../server/start/sample.ts";
import { printed, type Started, startProcess } from "../journey/processes.ts";

/** A Tamma of somebody's own: server, runner and the scripted engineer in a model's place. */
export interface OwnTamma extends AsyncDisposable {
  readonly url: string;
  /** A command of the command line; what it printed. @throws Error with its words when it fails */
  tamma(...args: string[]): Promise<string>;
  /** A file that only its owner may read; its path. */
  secretFile(name: string, text: string): string;
}

/**
 * @param port where the server listens; 0 for a free one
 * @param script what the engineer does; null: the sample's own
 * @param runner whether a runner of its own serves it; otherwise its jobs are done elsewhere
 */
export async function startTamma(
  folder: string,
  { port, script, runner }: { port: number; script: Script | null; runner: boolean },
): Promise<OwnTamma> {
  const state = join(folder, "state");
  mkdirSync(state, { recursive: true, mode: 0o700 });
  const started: Started[] = [];
  const start = (args: string[], env: Record<string, string> = {}) => {
    const child = startProcess(args, env);
    started.unshift(child);
    return child;
  };
  const stop = async () => {
    for (const child of started) await child.stop();
  };
  try {
    const scriptFile = join(folder, "script.json");
    if (script !== null) writeFileSync(scriptFile, JSON.stringify(script));
    const engineer = start([
      ...["server/sample/engineer.ts", "--port", "0", "--with-parent"],
      ...(script === null ? [] : ["--script", scriptFile]),
    ]);
    const model = `http://127.0.0.1:${(await printed(engineer, /"port":(\d+)/))[1]}`;
    const server = start(
      [
        ...["server/main.ts", "--state", state, "--port", String(port), "--with-parent"],
        ...["--provider-url", model, "--provider-model", "scripted"],
      ],
      // The client library wants a key to send; the engineer takes any.
      { ANTHROPIC_API_KEY: "scripted-engineer", ANTHROPIC_BASE_URL: "" },
    );
    const url = (await printed(server, /"url":"([^"]+)"/))[1] ?? "";
    const token = readFileSync(join(state, "token"), "utf8").trim();
    if (runner) await startRunner({ folder, state, url, token }, start);
    return {
      url,
      tamma: async (...args) => {
        const child = startProcess(["cli/main.ts", "--state", state, ...args]);
        const code = await new Promise<number | null>((done) => child.process.once("close", done));
        if (code === 0) return child.output();
        throw new Error(`tamma ${args.join(" ")} ended with ${code}:\n${child.output()}`);
      },
      secretFile: (name, text) => {
        const path = join(folder, name);
        writeFileSync(path, text, { mode: 0o600 });
        return path;
      },
      [Symbol.asyncDispose]: stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startRunner(
  { folder, state, url, token }: { folder: string; state: string; url: string; token: string },
  start: (args: string[], env?: Record<string, string>) => Started,
): Promise<void> {
  const key = join(folder, "runner.pem");
  const enrolment = ["runner/main.ts", "enroll", "--server", url, "--key", key];
  await printed(start(enrolment, { TAMMA_TOKEN: token }), /enrolled as/);
  const sample = samplePath(state, process.env.PATH ?? "");
  const serve = ["runner/main.ts", "serve", "--key", key, "--work", join(folder, "work"), "--with-parent"];
  const walls = ["--hide", state, ...(sample === null ? [] : ["--show", sample.tools])];
  start([...serve, ...walls], sample === null ? {} : { PATH: sample.path });
}
