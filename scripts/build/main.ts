import { spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { buildAction } from "./action.ts";

const root = resolve(import.meta.dirname, "../..");

/** wrangler otherwise phones home, looks for a newer version and asks questions. */
const quiet = {
  WRANGLER_SEND_METRICS: "false",
  WRANGLER_SEND_ERROR_REPORTS: "false",
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
  X_LOCAL_OBSERVABILITY: "false",
  CI: "1",
};

const wrangler = join(root, "node_modules/wrangler/bin/wrangler.js");
const run = spawnSync(process.execPath, [wrangler, "deploy", "--dry-run", "--outdir", "dist/worker"], {
  cwd: root,
  stdio: "inherit",
  env: { ...process.env, ...quiet },
});
const bundle = join(root, "dist/worker/index.js");
const size = (file: string) => `${Math.round(statSync(file).size / 1024)} kB`;
if (run.status === 0 && existsSync(bundle)) {
  process.stdout.write(`built dist/worker/index.js (${size(bundle)})\n`);
  process.stdout.write(`built runner/dist/action.mjs (${size(await buildAction(root))})\n`);
} else {
  process.stdout.write("build failed: wrangler made no bundle (see above)\n");
  process.exitCode = 1;
}
