import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Attempt, ScriptInput } from "../../../server/sample/script.ts";
import { calcScript, git } from "../calc.ts";

type Edit = Attempt["red"][number];

/** A project with one of the test runners, and an issue that is solved in it. */
export interface RunnerProject {
  name: string;
  /** Writes the project into an empty folder, by the network where it has to. */
  write(folder: string): void;
  issue: string;
  red: Edit[];
  green: Edit[];
  /** What the proofs count: failing tests in red, and tests of the whole suite at the end. */
  counts: { red: number; suite: number };
  /** A path and what stands in it after the merge. */
  merged: [path: string, text: string];
}

export function files(folder: string, contents: Record<string, string | object>): void {
  for (const [path, content] of Object.entries(contents)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    const text = typeof content === "string" ? content : `${JSON.stringify(content, null, 2)}\n`;
    writeFileSync(join(folder, path), text);
  }
}

/** The files of a published package, with `change` made to its package.json. */
export function published(folder: string, pack: string, change: (manifest: Manifest) => void): void {
  const place = mkdtempSync(join(tmpdir(), "tamma-pack-"));
  try {
    const args = ["pack", "--silent", "--pack-destination", place, pack];
    const name = execFileSync("npm", args, { cwd: place, encoding: "utf8" }).trim().split("\n").pop() ?? "";
    execFileSync("tar", ["xzf", join(place, name), "--strip-components=1", "-C", folder]);
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
  const path = join(folder, "package.json");
  const manifest = JSON.parse(readFileSync(path, "utf8")) as Manifest;
  change(manifest);
  writeFileSync(path, `${JSON.stringify(manifest, null, 2)}\n`);
}

export interface Manifest {
  scripts: Record<string, string>;
  devDependencies: Record<string, string>;
}

/** The project as a repository with one commit on `main`. */
export function repositoryOf(project: RunnerProject): (folder: string) => void {
  return (folder) => {
    mkdirSync(folder, { recursive: true });
    git(folder, "init", "--quiet", "--initial-branch=main");
    project.write(folder);
    // Behind a proxy with a certificate of its own a project says so, as the runner passes nothing on.
    const certificates = process.env.NODE_EXTRA_CA_CERTS;
    const environment = `environment:\n  NODE_EXTRA_CA_CERTS: ${JSON.stringify(certificates)}\n`;
    if (certificates) files(folder, { ".tamma.yml": environment });
    git(folder, "add", "-A");
    git(folder, "commit", "--quiet", "-m", "Begin");
  };
}

export function scriptOf({ issue, red, green }: RunnerProject): ScriptInput {
  return calcScript({ title: issue, develop: { "1": { attempts: [{ red, green }] } } });
}
