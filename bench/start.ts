import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Benchmark } from "./benchmark.ts";

const root = join(import.meta.dirname, "..");
const rounds = 5;
/** After an install the first page is there within this. */
const firstPageMsMax = 5_000;

export const start: Benchmark = {
  name: "start",
  says: "npm start to the first page that a browser gets; with the Worker still to be built, and built",
  async run() {
    const cold: number[] = [];
    const warm: number[] = [];
    for (let round = 0; round < rounds; round++) {
      rmSync(join(root, "dist/worker"), { recursive: true, force: true });
      cold.push(await firstPage());
      warm.push(await firstPage());
    }
    const aim = { of: "median", most: firstPageMsMax } as const;
    return [
      { name: "first page, first start after an install", unit: "ms", values: cold, aim },
      { name: "first page, new state folder", unit: "ms", values: warm, aim },
    ];
  },
};

/** Milliseconds from the start of the process to a dashboard page in full. */
async function firstPage(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "tamma-bench-"));
  const began = performance.now();
  // --json says at once where the server is; without --yes the loop waits at its first question.
  const args = ["scripts/start.mjs", "--state", join(folder, "state"), "--port", "0", "--json"];
  const child = spawn(process.execPath, args, { cwd: root, stdio: ["ignore", "pipe", "ignore"] });
  const ended = new Promise((done) => child.once("close", done));
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      const { kind, dashboard } = JSON.parse(line);
      if (kind !== "started") continue;
      const page = await fetch(dashboard, { redirect: "manual" });
      const cookie = page.headers.getSetCookie().map((one) => one.split(";")[0] ?? "");
      const headers = { cookie: cookie.join("; ") };
      const home = await fetch(new URL("/app", dashboard), { headers, redirect: "follow" });
      const text = await home.text();
      if (!home.ok || !text.includes("</html>")) throw new Error(`no page came: ${home.status}`);
      return performance.now() - began;
    }
    throw new Error("npm start ended before its first screen");
  } finally {
    child.kill("SIGTERM");
    await ended;
    rmSync(folder, { recursive: true, force: true });
  }
}
