import { allCases } from "./all-cases.ts";
import { categories, type Ending, type HostileCase } from "./case.ts";

/** The table of docs/hostile-repositories.md: one section for each kind of attack. */
export function hostileTable(): string {
  return Object.entries(categories)
    .map(([category, what]) => {
      const rows = allCases.filter((one) => one.category === category).map(row);
      const head = [`### ${what}`, "", "| case | the attacker … | and then |", "|---|---|---|"];
      return [...head, ...rows].join("\n");
    })
    .join("\n\n");
}

function row({ id, trick, ends }: HostileCase): string {
  const end =
    "walls" in ends ? `behind walls ${said(ends.walls)}; with plain limits ${said(ends.limits)}` : said(ends);
  return `| ${id} | ${cell(trick)} | ${cell(end)} |`;
}

function said(ending: Ending): string {
  if ("refused" in ending) return ending.refused === "" ? "refused" : `refused: “${ending.refused}”`;
  return "harmless" in ending ? `harmless: ${ending.harmless}` : `**a gap**: ${ending.gap}`;
}

const cell = (text: string) => text.replaceAll("|", "\\|").replaceAll("<", "&lt;");
