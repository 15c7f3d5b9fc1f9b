import { relative } from "node:path";
import { runTool, type Verdict, verdict } from "./tool.ts";
import { sourceFiles } from "./tracked-files.ts";

/** TypeScript's compiler over the whole tree, without writing anything. */
export function types(root: string): Verdict {
  const { ok, stdout, stderr } = runTool(root, "typescript/bin/tsc", [
    "--noEmit",
    "--pretty",
    "false",
    "--listFiles",
  ]);
  const lines = stdout.split("\n");
  const isFile = (line: string) => line.startsWith("/") || /^[A-Z]:[/\\]/.test(line);
  const seen = new Set(lines.filter(isFile).map((line) => relative(root, line).replaceAll("\\", "/")));
  const errors = lines.filter((line) => !isFile(line) && line.trim() !== "");
  return verdict("types", ok, [...errors, stderr, ""].join("\n"), seen, sourceFiles(root, ["ts", "tsx"]));
}
