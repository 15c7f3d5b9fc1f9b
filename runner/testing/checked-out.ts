import { glob, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ProjectConfig } from "@tamma/core/domain/project-config.ts";
import { type Project, projectOf } from "../project/project.ts";

/** What can be run in a folder of files that no git holds. */
export async function detectProject(root: string, config: ProjectConfig): Promise<Project> {
  const text = (path: string) => readFile(join(root, path), "utf8").catch(() => null);
  return await projectOf({ text, list: () => manifestsBelow(root) }, config);
}

async function manifestsBelow(root: string): Promise<string[]> {
  const exclude = (path: string) => /(^|\/)(node_modules|\.git)$/.test(path);
  const found: string[] = [];
  for await (const path of glob("**/package.json", { cwd: root, exclude })) found.push(path);
  return found;
}
