import type { PatchFile, ScanFinding } from "@tamma/core/domain/loop/evidence.ts";
import { isLockfile, isProtectedPath } from "@tamma/core/domain/policy/risk.ts";
import { z } from "zod";
import type { JobContext } from "../job-context.ts";
import { changedLines } from "./diff-lines.ts";
import { secretsIn } from "./secret-scan.ts";
import type { TreeFiles } from "./tree-files.ts";

export interface ScanInput {
  context: JobContext;
  /** Real path of the workspace, which holds the scanned tree. */
  root: string;
  diff: string;
  files: readonly PatchFile[];
  before: TreeFiles;
  after: TreeFiles;
  protectedPaths: readonly string[];
  isTestFile: (path: string) => boolean;
}

export interface ScanOutcome {
  findings: ScanFinding[];
  /** Scanners that did not run, each with the reason: never to be read as passed. */
  absent: string[];
}

/** Secrets in the added lines, known vulnerabilities of the dependencies, protected paths. */
export async function scanChange(input: ScanInput): Promise<ScanOutcome> {
  const { files, diff, protectedPaths, isTestFile } = input;
  const findings = await secretsIn(changedLines(diff), isTestFile);
  for (const { path, status } of files)
    if (isProtectedPath(path, [...protectedPaths]))
      findings.push({
        scanner: "protected-paths",
        severity: "medium",
        path,
        line: 0,
        detail: `protected path is ${status}`,
      });
  findings.push(...(await newDependencies(input)));
  const audit = await auditOf(input);
  return {
    findings: [...findings, ...audit.findings],
    absent: [...audit.absent, "code scan: no scanner for this project is set up"],
  };
}

const Manifest = z.looseObject(
  Object.fromEntries(
    dependencyKeys().map((key) => [key, z.record(z.string(), z.string()).optional().catch(undefined)]),
  ),
);

function dependencyKeys(): string[] {
  return ["dependencies", "devDependencies", "optionalDependencies", "peerDependencies", "overrides"];
}

/** Packages that the change begins to trust, by name: a person sees a misspelt one best. */
async function newDependencies({ files, before, after }: ScanInput): Promise<ScanFinding[]> {
  const found: ScanFinding[] = [];
  for (const { path, status } of files) {
    if (status === "deleted" || !/(^|\/)package\.json$/.test(path)) continue;
    const [old, now] = [needed(await before.text(path)), needed(await after.text(path))];
    for (const [name, version] of now) {
      if (old.get(name) === version) continue;
      const what = old.has(name) ? `${name} changes to ${version}` : `${name} ${version} is new`;
      found.push({ scanner: "dependencies", severity: "low", path, line: 0, detail: what.slice(0, 200) });
    }
  }
  return found.slice(0, auditFindingsMax);
}

function needed(text: string | null): Map<string, string> {
  const parsed = Manifest.safeParse(readJson(text ?? "{}")).data ?? {};
  const all = dependencyKeys().map((key) => parsed[key] as Record<string, string> | undefined);
  return new Map(all.flatMap((one) => Object.entries(one ?? {})));
}

/** The audit asks a registry; without network it must give up soon. */
const auditTimeoutMs = 60_000;
const auditFindingsMax = 50;

const AuditReport = z.object({
  vulnerabilities: z.record(
    z.string(),
    z.object({ severity: z.string(), range: z.string().optional(), via: z.array(z.unknown()).optional() }),
  ),
});

async function auditOf({ context, root, files, after }: ScanInput): Promise<ScanOutcome> {
  const lock = await after.text("package-lock.json");
  if (lock === null) {
    const manifest = await after.text("package.json");
    const needs = manifest !== null && /"(dev|optional)?[dD]ependencies"\s*:\s*\{\s*"/.test(manifest);
    return { findings: [], absent: needs ? ["npm audit: there is no package-lock.json"] : [] };
  }
  const argv = ["npm", "audit", "--json", "--fetch-retries=0", "--fetch-timeout=15000"];
  const { stdout, stderr } = await context.commands.run(argv, {
    cwd: root,
    timeoutMs: auditTimeoutMs,
    network: "audit",
    signal: context.signal,
  });
  const report = AuditReport.safeParse(readJson(stdout));
  if (!report.success) {
    const why =
      /"(?:summary|message)":\s*"([^"]{1,200})/.exec(stdout)?.[1] ?? stderr.trim().split("\n")[0] ?? "";
    return { findings: [], absent: [`npm audit: ${why.slice(0, 200) || "gave no report"}`] };
  }
  // What the base depends on already is not this change's doing; it is told, and does not block.
  const ours = files.some((file) => isLockfile(file.path) || /(^|\/)package\.json$/.test(file.path));
  const findings = Object.entries(report.data.vulnerabilities).map(
    ([name, { severity, range, via }]): ScanFinding => {
      const title =
        via?.map((one) => z.object({ title: z.string() }).safeParse(one).data?.title).find(Boolean) ?? "";
      const detail = `${name} ${range ?? ""}: ${title || "depends on a vulnerable package"}`.trim();
      return {
        scanner: "npm audit",
        severity: severityOf(severity, ours),
        path: "package-lock.json",
        line: 0,
        detail,
      };
    },
  );
  const ranks = ["critical", "high", "medium", "low"];
  findings.sort((a, b) => ranks.indexOf(a.severity) - ranks.indexOf(b.severity));
  return { findings: findings.slice(0, auditFindingsMax), absent: [] };
}

function severityOf(word: string, ours: boolean): ScanFinding["severity"] {
  if (word === "critical") return ours ? "critical" : "high";
  return word === "high" ? "high" : word === "moderate" ? "medium" : "low";
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
