import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { backUp, restore } from "./backup.ts";
import { UsageError } from "./options.ts";

/** What the server's command line can do besides serving. It needs no server, and does not mind one. */
export const commandUsage = `npm run server -- backup [--state DIR] --to DIR
       npm run server -- restore --from DIR [--state DIR]`;

/**
 * Runs `backup` or `restore`; null when the arguments ask for neither.
 *
 * @returns what to tell the person
 * @throws UsageError, BackupRefused
 */
export function runCommand(args: string[], base: string): string | null {
  const [name, ...rest] = args;
  if (name === "backup") return backup(rest, base);
  if (name === "restore") return restoreFrom(rest, base);
  return null;
}

function backup(args: string[], base: string): string {
  const { state = ".tamma", to } = read(args, ["state", "to"]);
  if (to === undefined) throw new UsageError("backup needs --to DIR, a new folder outside the state folder");
  const { files, bytes } = backUp(resolve(base, state), resolve(base, to));
  const what = `${files} files, ${megabytes(bytes)}, are in ${resolve(base, to)}`;
  return `${what}; keep it as secret as the state folder`;
}

function restoreFrom(args: string[], base: string): string {
  const { state = ".tamma", from } = read(args, ["state", "from"]);
  if (from === undefined) throw new UsageError("restore needs --from DIR, a folder that backup made");
  const folder = resolve(base, state);
  const { files, bytes } = restore(resolve(base, from), folder);
  return `${files} files, ${megabytes(bytes)}, are in ${folder}; start the server on it`;
}

function read(args: string[], names: string[]): Record<string, string | undefined> {
  try {
    const options = Object.fromEntries(names.map((name) => [name, { type: "string" } as const]));
    return parseArgs({ args, options }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_048_576).toFixed(1)} MB`;
}
