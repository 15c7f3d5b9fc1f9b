import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Bug } from "./bug.ts";
import { type ProofName, proofNames } from "./proofs.ts";

export const root = join(import.meta.dirname, "../..");

/** A row of the table of docs/proof.md. */
export interface Row {
  name: string;
  /** The first cells as they stand there: name, what it does, invariant. */
  cells: string;
  caughtBy: ProofName[];
}

export const cellsOf = ({ name, does, attacks }: Bug): string => `| \`${name}\` | ${does} | ${attacks} |`;

/** The rows of the bugs' table, in order. */
export function rowsOfPage(): Row[] {
  const lines = readFileSync(join(root, "docs/proof.md"), "utf8").split("\n");
  return lines.flatMap((line) => {
    const [, cells, name, , by] = /^(\| `([a-z-]+)` \| (.+) \| \d \|) (.*) \|$/.exec(line) ?? [];
    if (cells === undefined || name === undefined || by === undefined) return [];
    return [{ name, cells, caughtBy: proofNames.filter((proof) => by.split(", ").includes(proof)) }];
  });
}
