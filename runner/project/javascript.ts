import { z } from "zod";
import type { Commands } from "./commands.ts";
import { runnerOf } from "./test-runners.ts";

const dependencies = z.record(z.string(), z.string()).optional().catch(undefined);
const PackageJson = z.looseObject({
  scripts: z.record(z.string(), z.string()).optional().catch(undefined),
  dependencies,
  devDependencies: dependencies,
  optionalDependencies: dependencies,
  workspaces: z.unknown().optional(),
});

type Read = (path: string) => Promise<string | null>;

/** What `npm init` writes; it is no test. */
const noTest = /no test specified/;

/** The commands of a JavaScript or TypeScript project; null when there is no readable package.json. */
export async function detectJavaScript(read: Read): Promise<Commands | null> {
  const text = await read("package.json");
  if (text === null) return null;
  const parsed = PackageJson.safeParse(readJson(text));
  if (!parsed.success) return null;
  const scripts = parsed.data.scripts ?? {};
  const needed = {
    ...parsed.data.dependencies,
    ...parsed.data.devDependencies,
    ...parsed.data.optionalDependencies,
  };
  const wants = Object.keys(needed).length > 0 || parsed.data.workspaces !== undefined;
  const script = (name: string): string | null => (scripts[name] ? `npm run --silent ${name}` : null);
  const usable = scripts.test && !noTest.test(scripts.test) ? scripts : { ...scripts, test: "" };
  return {
    setup: wants ? await setupOf(read) : null,
    build: script("build"),
    lint: script("lint"),
    ...runnerOf(usable, Object.keys(needed)),
  };
}

/**
 * Locked versions are installed as locked; without a lock the folder must not get one, it would join the
 * patch.
 */
async function setupOf(read: Read): Promise<string> {
  const has = async (path: string) => (await read(path)) !== null;
  if ((await has("package-lock.json")) || (await has("npm-shrinkwrap.json")))
    return "npm ci --no-audit --no-fund";
  if (await has("pnpm-lock.yaml")) return "pnpm install --frozen-lockfile";
  if (await has("yarn.lock")) return "yarn install --frozen-lockfile";
  return "npm install --no-package-lock --no-audit --no-fund";
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
