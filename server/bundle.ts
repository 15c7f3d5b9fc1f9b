import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";

/** What the Worker is made of; a change in any of it makes the bundle old. */
const sources = ["workers", "core", "wrangler.toml", "package-lock.json"];
const notSources = /(^|\/)(node_modules|fixtures|site)$|\.test\.tsx?$|\.md$/;

/** wrangler otherwise phones home, looks for a newer version and asks questions. */
const quiet = {
  WRANGLER_SEND_METRICS: "false",
  WRANGLER_SEND_ERROR_REPORTS: "false",
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
  X_LOCAL_OBSERVABILITY: "false",
  CI: "1",
};

/**
 * The path of the Worker's bundle below `root`, built when it is absent or older than the sources. An
 * installed package has the bundle and no sources; then it is taken as it is.
 *
 * @throws Error with wrangler's own words when it cannot be built
 */
export function ensureBundle(root: string, say: (text: string) => void): string {
  const bundle = join(root, "dist/worker/index.js");
  if (!isStale(root, bundle)) return bundle;
  say("building the Worker (wrangler deploy --dry-run)");
  // Into a folder of its own first: two starts at once must never see half a bundle.
  const outdir = join(root, "dist", `worker-${process.pid}`);
  try {
    const wrangler = join(root, "node_modules/wrangler/bin/wrangler.js");
    const run = spawnSync(process.execPath, [wrangler, "deploy", "--dry-run", "--outdir", outdir], {
      cwd: root,
      encoding: "utf8",
      env: { ...process.env, ...quiet },
    });
    const built = join(outdir, "index.js");
    if (run.status !== 0 || !existsSync(built))
      throw new Error(
        `the Worker could not be built; try \`npm run build\`.\n${run.stdout}${run.stderr}`.trim(),
      );
    mkdirSync(join(root, "dist/worker"), { recursive: true });
    if (existsSync(`${built}.map`)) renameSync(`${built}.map`, `${bundle}.map`);
    renameSync(built, bundle);
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
  return bundle;
}

/** Is there no bundle, or is any of its sources younger? */
export function isStale(root: string, bundle: string): boolean {
  const built = statSync(bundle, { throwIfNoEntry: false });
  if (!built) return true;
  return sources.some((source) => newest(join(root, source)) > built.mtimeMs);
}

/** Time of the youngest file at or below `path` in milliseconds; 0 when there is none. */
function newest(path: string): number {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found || notSources.test(path)) return 0;
  if (!found.isDirectory()) return found.mtimeMs;
  return readdirSync(path).reduce((latest, name) => Math.max(latest, newest(join(path, name))), 0);
}
