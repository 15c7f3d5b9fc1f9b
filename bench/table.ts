import type { Figure } from "./benchmark.ts";
import { summaryOf } from "./statistics.ts";

const columns = ["figure", "unit", "median", "p95", "p99", "min", "max", "n", "aim"] as const;

/** The figures as a table of plain text; an aim that is missed says so. */
export function renderTable(figures: readonly Figure[]): string {
  const rows = [[...columns], ...figures.map(rowOf)];
  const widths = columns.map((_, at) => Math.max(...rows.map((row) => (row[at] ?? "").length)));
  const line = (row: readonly string[]) =>
    row.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)));
  return `${rows.map((row) => line(row).join("  ").trimEnd()).join("\n")}\n`;
}

function rowOf({ name, unit, values, aim }: Figure): string[] {
  const { count, median, p95, p99, min, max } = summaryOf(values);
  const shown = [median, p95, p99, min, max].map(rounded);
  return [name, unit, ...shown, String(count), aimOf(aim, { median, p95, p99 })];
}

function aimOf(aim: Figure["aim"], found: { median: number; p95: number; p99: number }): string {
  if (aim === null) return "";
  if ("least" in aim) {
    const words = `> ${rounded(aim.least)}`;
    return found[aim.of] > aim.least ? words : `${words} MISSED`;
  }
  const words = `${aim.of === "median" ? "" : `${aim.of} `}< ${rounded(aim.most)}`;
  return found[aim.of] < aim.most ? words : `${words} MISSED`;
}

/** Three digits that count: more would claim a precision that one run does not have. */
function rounded(value: number): string {
  if (value >= 100) return String(Math.round(value));
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
