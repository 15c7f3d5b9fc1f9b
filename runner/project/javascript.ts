import { z } from "zod";
import type { Commands, PackageCommands } from "./commands.ts";
import { type Installer, installerOf } from "./installer.ts";
import { packageFolders } from "./packages.ts";
import { parseJson } from "./reports/report.ts";
import { runnerOf } from "./test-runners.ts";

const dependencies = z.record(z.string(), z.string()).optional().catch(undefined);
const PackageJson = z.looseObject({
  scripts: z.record(z.string(), z.string()).optional().catch(undefined),
  dependencies,
  devDependencies: dependencies,
  optionalDependencies: dependencies,
  packageManager: z.string().optional().catch(undefined),
  workspaces: z.unknown().optional(),
});
type PackageJson = z.infer<typeof PackageJson>;

export type Read = (path: string) => Promise<string | null>;

/** What `npm init` writes; it is no test. */
const noTest = /no test specified/;

/**
 * The commands of a JavaScript or TypeScript project; null when there is no readable package.json. `list`:
 * all files of the repository, asked only for a workspace.
 */
export async function detectJavaScript(read: Read, list: () => Promise<string[]>): Promise<Commands | null> {
  const manifest = await manifestAt(read, "package.json");
  if (manifest === null) return null;
  const installer = await installerOf(read, manifest.packageManager);
  const folders = await packageFolders(read, manifest.workspaces, list);
  const packages: PackageCommands[] = [];
  for (const folder of folders) {
    const own = await manifestAt(read, `${folder}/package.json`);
    const { test, testOne } = own
      ? runnerOf(scriptsOf(own), neededBy(own), installer)
      : { test: null, testOne: null };
    if (test !== null) packages.push({ folder, test, testOne });
  }
  const { scripts } = manifest;
  const script = (name: string): string | null => (scripts?.[name] ? installer.run(name, "") : null);
  const runner = runnerOf(scriptsOf(manifest), neededBy(manifest), installer);
  const wants = neededBy(manifest).length > 0 || folders.length > 0 || manifest.workspaces !== undefined;
  return {
    setup: wants || installer.name !== "npm" ? installer.setup : null,
    build: script("build"),
    lint: script("lint"),
    ...runner,
    test: runner.test ?? testOfAll(packages, installer),
    collects: true,
    packages,
  };
}

/** A root without tests of its own is tested by its packages. */
function testOfAll(packages: readonly PackageCommands[], installer: Installer): string | null {
  return packages.length > 0 ? installer.runAll("test") : null;
}

async function manifestAt(read: Read, path: string): Promise<PackageJson | null> {
  const text = await read(path);
  const parsed = text === null ? null : PackageJson.safeParse(parseJson(text));
  return parsed?.success ? parsed.data : null;
}

function scriptsOf({ scripts = {} }: PackageJson): Record<string, string> {
  return scripts.test && !noTest.test(scripts.test) ? scripts : { ...scripts, test: "" };
}

function neededBy(manifest: PackageJson): string[] {
  const { dependencies: own, devDependencies, optionalDependencies } = manifest;
  return Object.keys({ ...own, ...devDependencies, ...optionalDependencies });
}
