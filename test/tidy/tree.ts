import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { trackedFiles } from "../../scripts/check/tracked-files.ts";
import type { Finding, Rule, TreeFile } from "./rules/rule.ts";

export const repository = resolve(import.meta.dirname, "../..");

/** Reasons why a file may break a rule: rule name -> path -> reason. Kept short, and read in review. */
export type Allowed = Record<string, Record<string, string>>;

/** The whole tree as git sees it, with its text. */
export function readTree(root: string): TreeFile[] {
  return trackedFiles(root).map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }));
}

/** The findings that no reason covers, and the reasons that cover nothing any more. */
export function weigh(rule: Rule, findings: readonly Finding[], allowed: Allowed) {
  const reasons = allowed[rule.name] ?? {};
  const broken = findings.filter((finding) => !reasons[finding.path]);
  const stale = Object.keys(reasons).filter((path) => !findings.some((finding) => finding.path === path));
  return { broken, stale };
}
