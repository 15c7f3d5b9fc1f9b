import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmdirSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { printed, startProcess } from "../../journey/processes.ts";
import { type LoadHost, openLoadHost } from "../../load/host.ts";
import { startRunners } from "../../load/runners.ts";
import { type FaultCase, loopFaults, startLoops, untilAll, whileDeciding } from "./case.ts";

const pace = { turnMs: 30 };
const loops = 4;
/** 50 KB each: more than lies free in files that are there already. */
const commandsMax = 200;

/** A file system of its own needs the right to mount. */
const needsRoot = () =>
  process.platform === "linux" && process.getuid?.() === 0
    ? null
    : "mounting a small disk needs root on Linux";

export const diskFull: FaultCase = {
  name: "disk full",
  says: "the state lies on a small disk, which fills up while loops run, and gets room again",
  skip: needsRoot,
  run: () =>
    withDisk("256m", async ({ folder }) => {
      await using host = await openLoadHost({ ...pace, state: join(folder, "state") });
      await using _runners = await startRunners(host, 30, 1);
      const faults: string[] = [];
      const started = await startLoops(host, loops);
      const big = join(folder, "big");
      fillUp(folder, big);
      const answer = await untilRefused(host);
      if (answer.status !== 507 || answer.code !== "storage-full")
        faults.push(`a command on a full disk was answered with ${answer.status} ${answer.code}`);
      rmSync(big);
      await whileDeciding(host, () => untilAll(host, started, "Merged"));
      return [...faults, ...(await loopFaults(host, started))];
    }),
};

export const readOnly: FaultCase = {
  name: "read-only state",
  says: "the disk of the state takes no writes: no start, with the reason; with writes again loops go on",
  skip: needsRoot,
  run: () =>
    withDisk("512m", async ({ folder, remount }) => {
      await using host = await openLoadHost({ ...pace, state: join(folder, "state") });
      await using _runners = await startRunners(host, 30, 1);
      const started = await startLoops(host, loops);
      await host.kill();
      remount("ro");
      const refused = startProcess(["server/main.ts", "--state", host.state, "--port", "0"]);
      const said = await printed(refused, /read-only file system \(EROFS\)/).catch((error: unknown) => error);
      await refused.stop();
      remount("rw");
      await host.start();
      await whileDeciding(host, () => untilAll(host, started, "Merged"));
      const faults = said instanceof Error ? [`the start did not say why: ${said.message}`] : [];
      return [...faults, ...(await loopFaults(host, started))];
    }),
};

interface Disk {
  folder: string;
  remount(mode: "ro" | "rw"): void;
}

async function withDisk(size: string, work: (disk: Disk) => Promise<string[]>): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), "tamma-disk-"));
  const mount = (...args: string[]) => execFileSync("mount", args);
  mount("-t", "tmpfs", "-o", `size=${size}`, "tmpfs", folder);
  try {
    mkdirSync(join(folder, "state"));
    return await work({ folder, remount: (mode) => mount("-o", `remount,${mode}`, folder) });
  } finally {
    execFileSync("umount", ["--lazy", folder]);
    rmdirSync(folder);
  }
}

function fillUp(folder: string, file: string): void {
  const { bavail, bsize } = statfsSync(folder);
  writeFileSync(file, "");
  const block = Buffer.alloc(bsize);
  try {
    writeFileSync(file, Buffer.alloc(bavail * bsize), { flag: "a" });
    // What somebody else gave back meanwhile goes too.
    for (;;) writeFileSync(file, block, { flag: "a" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
  }
}

/** Commands until one finds no room: those before it still fit into pages that were there. */
async function untilRefused(host: LoadHost): Promise<{ status: number; code: string }> {
  const { repositories } = await host.call<{ repositories: { id: string }[] }>("GET", "/api/v1/repositories");
  const path = `/api/v1/repositories/${repositories[0]?.id}/issues`;
  const body = "x".repeat(50_000);
  for (let n = 0; n < commandsMax; n += 1) {
    const response = await host.once("POST", path, { title: "One more", body });
    const { code } = (await response.json()) as { code?: string };
    if (response.status >= 500) return { status: response.status, code: code ?? "" };
  }
  return { status: 200, code: "every time" };
}
