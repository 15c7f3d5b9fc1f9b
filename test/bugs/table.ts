import type { Bug } from "./bug.ts";
import type { Hunted } from "./hunted.ts";

type Verdict = Hunted["caught"][number];

/** A bug with what caught it, and what saw it and passed. */
export function rowOf({ name, does, attacks }: Bug, { caught, passed }: Hunted): string {
  const found = caught.map((one) => `  ${verdictOf(one)}`);
  const blind = passed.map(({ by, looked }) => `${by} (${looked})`);
  const lines = [`${name}: ${does} (invariant ${attacks})`, ...found];
  if (caught.length === 0) lines.push("  SURVIVED");
  if (blind.length > 0) lines.push(`  seen by nothing in: ${blind.join(", ")}`);
  return lines.join("\n");
}

/** What a proof says about a bug, in one line. */
export function verdictOf({ by, broken, where, looked }: Verdict): string {
  return broken === null ? `${by}: nothing in ${looked}` : `${by}: ${broken} [${where}, ${looked}]`;
}
