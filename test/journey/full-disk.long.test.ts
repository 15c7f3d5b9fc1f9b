import { execFileSync, spawnSync } from "node:child_process";
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ChainReport } from "@tamma/core/protocol/rest.ts";
import { expect, test } from "vitest";
import { calcRepository, calcScript, git, title } from "./calc.ts";
import { tick } from "./processes.ts";
import { openStage, type Stage } from "./stage.ts";

/** Room for one loop, and little more. */
const diskMb = 24;

/** Mounts a disk of a few megabytes at `folder`; what it returns takes it away again. */
function smallDisk(folder: string): () => void {
  mkdirSync(folder);
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${diskMb}m`, "tmpfs", folder]);
  return () => void execFileSync("umount", ["--lazy", folder]);
}

function mayMount(): boolean {
  const probe = join(tmpdir(), `tamma-mount-${process.pid}`);
  mkdirSync(probe);
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", probe]).status === 0;
  if (mounted) execFileSync("umount", [probe]);
  rmSync(probe, { recursive: true });
  return mounted;
}

/** Writes until nothing more fits, in ever smaller pieces. */
function fill(file: string): void {
  const descriptor = openSync(file, "a");
  for (let size = 1024 * 1024; size >= 1; size = Math.floor(size / 4))
    try {
      for (;;) writeSync(descriptor, Buffer.alloc(size));
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code !== "ENOSPC") throw thrown;
    }
  closeSync(descriptor);
}

async function seqOf(stage: Stage, loop: string): Promise<number> {
  return (await stage.events(loop)).length;
}

// Only who may mount can make a disk that is full; elsewhere it is skipped, and counted as skipped.
test.skipIf(!mayMount())(
  "a disk that is full twice in a loop: each time it says so, and goes on by itself",
  {
    timeout: 300_000,
  },
  async () => {
    await using stage = await openStage({
      script: { issues: calcScript().issues.map((issue) => ({ ...issue, delayMs: 600 })) },
      repository: calcRepository,
      beforeState: smallDisk,
      patienceMs: 150_000,
    });
    const loop = await stage.start(title);
    const { ask } = await stage.until(loop, (view) => view.ask?.kind === "checkpoint");
    if (ask?.kind !== "checkpoint") throw new Error("no checkpoint");
    const filler = join(stage.state, "filler");

    // A person's decision on a full disk is refused in words, and nothing of it is kept.
    const path = `/api/v1/loops/${encodeURIComponent(loop)}`;
    const decide = `${path}/checkpoints/${encodeURIComponent(ask.checkpoint.id)}`;
    const decision = { subject: ask.checkpoint.subject, decision: "approve" };
    const before = await seqOf(stage, loop);
    let refused: { status: number; code: string } | null = null;
    for (let n = 0; n < 200 && refused === null; n += 1) {
      fill(filler);
      // Pages that SQLite has free take a few small writes more.
      const answer = await stage.raw("POST", `/api/v1/repositories/${await stage.repositoryId()}/issues`, {
        title: `filler ${n}`,
        body: "x".repeat(100_000),
      });
      if (!answer.ok) refused = { status: answer.status, ...((await answer.json()) as { code: string }) };
    }
    expect(refused).toMatchObject({ status: 507, code: "storage-full" });
    rmSync(filler);
    expect(await seqOf(stage, loop)).toBe(before);
    await stage.call("POST", decide, decision);

    // And in the middle of the work, until nothing moves any more.
    await stage.until(loop, (view) => view.job?.kind === "develop" && view.job.runner !== null);
    fill(filler);
    let last = -1;
    for (let still = 0; still < 40; still += 1) {
      // An object whose write failed begins anew, for which it needs space too: then even reading says so.
      const answer = await stage.raw("GET", `${path}/events?after=0&limit=500`);
      if (!answer.ok) expect(await answer.json()).toMatchObject({ status: 507, code: "storage-full" });
      const now = answer.ok ? ((await answer.json()) as { events: unknown[] }).events.length : last;
      if (now !== last) still = 0;
      last = now;
      await tick();
    }
    rmSync(filler);
    expect((await stage.view(loop)).endedAt).toBeNull();

    expect((await stage.approveAll(loop)).word).toBe("merged");
    const events = await stage.events(loop);
    expect(events.map((event) => event.seq)).toEqual(events.map((_, index) => index + 1));
    expect(events.filter((event) => event.type === "Merged")).toHaveLength(1);
    expect(await stage.call<ChainReport>("GET", `${path}/verify`)).toMatchObject({ ok: true });
    expect(git(stage.repository, "show", "main:src/calc.js")).toContain("a * b");
  },
);
