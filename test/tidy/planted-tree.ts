import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { repository } from "./tree.ts";

const configurations = [".gitignore", ".dependency-cruiser.cjs", "biome.json", "knip.json", "tsconfig.json"];

export type PlantedTree = { root: string } & Disposable;

/**
 * A small git tree in a temporary folder: this repository's real configuration, and `files` (path -> text).
 * A file of the same name as a configuration replaces it.
 */
export function plantTree(files: Record<string, string>): PlantedTree {
  const root = mkdtempSync(join(tmpdir(), "tamma-planted-"));
  const all = { ...Object.fromEntries(configurations.map((name) => [name, configuration(name)])), ...files };
  for (const [path, text] of Object.entries(all)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  symlinkSync(join(repository, "node_modules"), join(root, "node_modules"));
  execFileSync("git", ["init", "--quiet"], { cwd: root });
  return { root, [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }) };
}

/** The text of one of this repository's own configuration files. */
export function configuration(name: string): string {
  return readFileSync(join(repository, name), "utf8");
}
