import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, expect, test } from "vitest";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tamma-frugal-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

test.skipIf(process.execve === undefined)(
  "the process begins anew as the same one, with what it was given, and says nothing of it",
  async () => {
    const script = join(folder, "frugal.ts");
    writeFileSync(
      script,
      `import { beFrugal } from ${JSON.stringify(resolve(import.meta.dirname, "frugal.ts"))};
       beFrugal();
       const { pid, execArgv, argv, env } = process;
       const { MALLOC_TRIM_THRESHOLD_: trim, MALLOC_TOP_PAD_: pad, OWN: own } = env;
       process.stdout.write(JSON.stringify({ pid, execArgv, args: argv.slice(2), trim, pad, own }));`,
    );
    const env = { ...process.env, OWN: "kept", MALLOC_TOP_PAD_: "131072" };
    const child = spawn(process.execPath, ["--no-deprecation", script, "--port", "0"], { env });
    const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
    expect(err).toBe("");
    expect(JSON.parse(out)).toEqual({
      pid: child.pid,
      execArgv: ["--no-deprecation", "--max-semi-space-size=1"],
      args: ["--port", "0"],
      ...{ trim: "65536", pad: "131072", own: "kept" },
    });
  },
);
