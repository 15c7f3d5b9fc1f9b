import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { throughTrouble } from "../crash/round.ts";
import { printed, type Started, tick } from "./processes.ts";

/**
 * A git that stops the runner which calls it right before its first push of either kind, and holds the push
 * back until `go`: so a runner that slept too long still pushes, after another one did its work.
 */
const holdingGit = (folder: string, real: string) => `#!/bin/sh
case "$*" in
  *" :refs/heads/"*) moment= ;;
  push*--force-with-lease=refs/heads/main:*) moment=merge ;;
  push*--force-with-lease=refs/heads/tamma/*:[0-9a-f]*) moment=publish ;;
  *) moment= ;;
esac
if [ -n "$moment" ] && mkdir "${folder}/$moment" 2>/dev/null; then
  kill -STOP "$PPID"
  while [ ! -e "${folder}/go" ]; do sleep 0.1; done
  "${real}" "$@" > "${folder}/$moment/said" 2>&1
  code=$?
  cat "${folder}/$moment/said"
  echo "$code" > "${folder}/$moment/code"
  exit "$code"
fi
exec "${real}" "$@"
`;

test("runners that slept through their leases push nothing over what others did since", {
  timeout: 700_000,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), "tamma-zombies-"));
  const programs = join(folder, "programs");
  mkdirSync(programs);
  const real = execFileSync("sh", ["-c", "command -v git"], { encoding: "utf8" }).trim();
  writeFileSync(join(programs, "git"), holdingGit(folder, real));
  chmodSync(join(programs, "git"), 0o755);
  const zombies: Started[] = [];
  const codes: number[] = [];
  try {
    const { after, faults } = await throughTrouble({ runnerPrograms: programs }, async ({ stage, over }) => {
      for (const moment of ["publish", "merge"]) {
        while (!existsSync(join(folder, moment)) && !over.aborted) await tick();
        zombies.push(stage.runner);
        await stage.startRunner();
      }
      while (!over.aborted) await tick();
      // All is done; now they wake up.
      writeFileSync(join(folder, "go"), "");
      for (const zombie of zombies) zombie.process.kill("SIGCONT");
      for (const moment of ["publish", "merge"])
        while (!existsSync(join(folder, moment, "code"))) await tick();
      for (const moment of ["publish", "merge"])
        codes.push(Number(readFileSync(join(folder, moment, "code"), "utf8")));
      for (const zombie of zombies) await printed(zombie, /void/);
      for (const zombie of zombies) await zombie.stop("SIGKILL");
      return zombies.length;
    });
    expect(faults).toEqual([]);
    // Their pushes did reach the repository, and it refused them.
    expect(codes).toEqual([1, 1]);
    expect(after.events.filter((event) => event.type === "LeaseLost")).toHaveLength(2);
  } finally {
    for (const zombie of zombies) zombie.process.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  }
});
