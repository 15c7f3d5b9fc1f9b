import { spawn } from "node:child_process";
import { join } from "node:path";
import type { Found, ProofName } from "./proofs.ts";

type By = Found & { by: ProofName };

/** What became of one bug, or of the source as it is. */
export interface Hunted {
  /** The proofs that said what is broken. */
  caught: By[];
  /** The proofs that met the mistake and saw nothing. */
  passed: By[];
}

/** All hunts load the same modules but for one, so what Node made of them is kept for the next. */
const compiled = join(import.meta.dirname, "../../dist/compiled-hunts");

/** No proof takes so long on two slow cores; a mistake that makes one endless is ended and not caught. */
const huntMsMax = 600_000;

/**
 * Hunts a bug in a process of its own; without a name, the source as it is.
 *
 * @throws when the mistake could not be made, or the process ends without an answer
 */
export function hunted(scope: "full" | "short", name?: string): Promise<Hunted> {
  const args = [join(import.meta.dirname, "hunt.ts"), scope, ...(name === undefined ? [] : [name])];
  const env = { ...process.env, NODE_COMPILE_CACHE: compiled };
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"], timeout: huntMsMax, env });
  let said = "";
  let complained = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    complained += text;
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => {
      const last = said.trimEnd().split("\n").at(-1) ?? "";
      if (code === 0 && last.startsWith("{")) return resolve(JSON.parse(last) as Hunted);
      const why = signal ? `no answer in ${huntMsMax / 1000} s` : reasonIn(complained);
      reject(new Error(`${name ?? "the source as it is"}: ${why}`));
    });
  });
}

function reasonIn(complained: string): string {
  return complained.split("\n").find((line) => /Error:/.test(line)) ?? complained.slice(0, 500);
}
