import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Bug } from "./bug.ts";
import { bugs } from "./list.ts";
import { type ProofName, proofNames } from "./proofs.ts";

export const root = join(import.meta.dirname, "../..");
const page = join(root, "docs/proof.md");

/** A row of the table of docs/proof.md. */
interface Row {
  name: string;
  /** The first cells as they stand there: name, what it does, invariant. */
  cells: string;
  caughtBy: ProofName[];
}

export const cellsOf = ({ name, does, attacks }: Bug): string => `| \`${name}\` | ${does} | ${attacks} |`;

/** The rows of the bugs' table, in order. */
export function rowsOfPage(): Row[] {
  const lines = readFileSync(page, "utf8").split("\n");
  return lines.flatMap((line) => {
    const [, cells, name, , by] = /^(\| `([a-z-]+)` \| (.+) \| \d \|) (.*) \|$/.exec(line) ?? [];
    if (cells === undefined || name === undefined || by === undefined) return [];
    return [{ name, cells, caughtBy: proofNames.filter((proof) => by.split(", ").includes(proof)) }];
  });
}

/** Puts what caught each bug into the table; bugs that were not hunted now keep what stands there. */
export function writePage(caughtBy: ReadonlyMap<string, readonly ProofName[]>): void {
  const before = new Map(rowsOfPage().map((row) => [row.name, row.caughtBy]));
  const rows = bugs.map((bug) => {
    const by = caughtBy.get(bug.name) ?? before.get(bug.name) ?? [];
    return `${cellsOf(bug)} ${by.join(", ")} |`;
  });
  const table = ["| bug | what it does | attacks | caught by |", "|---|---|---|---|", ...rows].join("\n");
  const text = readFileSync(page, "utf8");
  const [head = "", rest = ""] = text.split("<!-- bugs -->\n");
  const [, tail = ""] = rest.split("<!-- /bugs -->");
  writeFileSync(page, `${head}<!-- bugs -->\n${table}\n<!-- /bugs -->${tail}`);
}
