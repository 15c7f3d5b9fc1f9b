import { copyFileSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { build } from "vite";

/** What goes into the action. */
const sources = ["runner", "core", "package-lock.json", "scripts/build/action.ts"];
const notSources = /[\\/](dist|node_modules|testing|fixtures)$|\.test\.ts$/;

/** Where the bundle lies, as runner/action.yml names it. */
const bundleIn = (root: string) => join(root, "runner/dist/action.mjs");

/**
 * Bundles the action and everything that it needs into one file, which a runner of CI starts without
 * installing anything. Beside it lies only the reporter that is loaded into the tests of projects, a file
 * of its own by nature. Answers the bundle's path.
 */
export async function buildAction(root: string): Promise<string> {
  // Into a folder of its own first: two builds at once must never see half a bundle.
  const outDir = join(root, "runner/dist", `action-${process.pid}`);
  try {
    await build({
      ...{ root, configFile: false, envFile: false, logLevel: "error" },
      // Everything goes in: where it runs there is no node_modules.
      ssr: { noExternal: true, target: "node" },
      build: {
        ...{
          ssr: join(root, "runner/action/main.ts"),
          outDir,
          emptyOutDir: true,
          target: "node24",
          minify: true,
        },
        rollupOptions: {
          output: { format: "es", entryFileNames: "action.mjs", codeSplitting: false, banner },
        },
      },
    });
    copyFileSync(join(root, "runner/project/reports/reporter.cjs"), join(outDir, "reporter.cjs"));
    mkdirSync(join(root, "runner/dist"), { recursive: true });
    for (const file of ["reporter.cjs", "action.mjs"])
      renameSync(join(outDir, file), join(root, "runner/dist", file));
  } finally {
    rmSync(outDir, { recursive: true, force: true });
  }
  return bundleIn(root);
}

/** Parts that were written for CommonJS ask for these. */
const banner =
  'import { createRequire as $createRequire } from "node:module";' +
  "const require = $createRequire(import.meta.url);" +
  "const __filename = import.meta.filename; const __dirname = import.meta.dirname;";

/** The bundle, built anew when any of its sources is younger. */
export async function ensureAction(root: string): Promise<string> {
  const built = statSync(bundleIn(root), { throwIfNoEntry: false });
  const isFresh = built && sources.every((source) => newest(join(root, source)) <= built.mtimeMs);
  return isFresh ? bundleIn(root) : buildAction(root);
}

/** Time of the youngest file at or below `path` in milliseconds; 0 when there is none. */
function newest(path: string): number {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found || notSources.test(path)) return 0;
  if (!found.isDirectory()) return found.mtimeMs;
  return readdirSync(path).reduce((latest, name) => Math.max(latest, newest(join(path, name))), 0);
}
