import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** A tool that needs longer for its version is broken. */
const versionTimeoutMs = 5_000;
const asked: Record<string, string[]> = {
  git: ["--version"],
  npm: ["--version"],
  python3: ["--version"],
  go: ["version"],
};

/** Versions of the tools that are here, by name: the server may give jobs by them. */
export async function toolVersions(): Promise<Record<string, string>> {
  const run = promisify(execFile);
  const found = await Promise.all(
    Object.entries(asked).map(async ([tool, args]): Promise<[string, string][]> => {
      try {
        const { stdout } = await run(tool, args, { timeout: versionTimeoutMs, encoding: "utf8" });
        return [[tool, /\d+(\.\d+)+/.exec(stdout)?.[0] ?? "unknown"]];
      } catch {
        return [];
      }
    }),
  );
  return { node: process.versions.node, ...Object.fromEntries(found.flat()) };
}
