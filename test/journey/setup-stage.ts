import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cli } from "../../cli/testing/cli.ts";
import { printed, type Started, startProcess } from "./processes.ts";

/** A real server without runner and model, and the real command line in front of it. */
export interface SetupStage extends AsyncDisposable {
  readonly url: string;
  readonly token: string;
  readonly folder: string;
  readonly server: Started;
  /** Runs `tamma` with these arguments; what it said and its exit code. */
  tamma(...args: string[]): Promise<{ code: number; out: string; err: string }>;
  /** The same with `--json`: the result as data. */
  json(...args: string[]): Promise<{ code: number; result: Record<string, unknown> }>;
  /** Writes a file that only its owner may read; its path. */
  secretFile(name: string, text: string): string;
}

export async function openSetupStage(): Promise<SetupStage> {
  const folder = mkdtempSync(join(tmpdir(), "tamma-platforms-"));
  const state = join(folder, "state");
  const args = ["server/main.ts", "--state", state, "--port", "0", "--with-parent"];
  const nobody = { ANTHROPIC_API_KEY: "none", ANTHROPIC_BASE_URL: "http://127.0.0.1:9" };
  const server = startProcess(args, nobody);
  const url = (await printed(server, /"url":"([^"]+)"/))[1] as string;
  const token = readFileSync(join(state, "token"), "utf8").trim();
  const run = async (given: string[]) => {
    const env = { TAMMA_SERVER: url, TAMMA_TOKEN: token };
    const started = cli({ url }, given, { cwd: folder, env, patienceMs: 3_000 });
    const code = await started.code;
    return { code, out: started.out(), err: started.err() };
  };
  return {
    ...{ url, token, folder, server },
    tamma: (...given) => run(given),
    json: async (...given) => {
      const { code, out, err } = await run([...given, "--json"]);
      return { code, result: JSON.parse(out || err) as Record<string, unknown> };
    },
    secretFile: (name, text) => {
      const path = join(folder, name);
      writeFileSync(path, text, { mode: 0o600 });
      return path;
    },
    [Symbol.asyncDispose]: async () => {
      await server.stop();
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}
