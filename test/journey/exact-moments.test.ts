import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { throughTrouble } from "../crash/round.ts";
import { tick } from "./processes.ts";

/** Each of them moves a ref of the target repository, and must not do it again after a crash. */
const moments = ["delete", "merge", "open", "publish"];

/** The target repository's own hook: the refs have moved, and the runner knows nothing of it yet. */
const hook = (folder: string) => `#!/bin/sh
while read old new ref; do
  moment=publish
  case "$old" in 0000*) moment=open ;; esac
  case "$new" in 0000*) moment=delete ;; esac
  case "$ref" in refs/heads/main) moment=merge ;; esac
  mkdir "${folder}/$moment" 2>/dev/null && kill -9 "$(cat "${folder}/pid")"
done
exit 0
`;

test("a runner that dies between each push and its report finds what it did, and nothing is pushed twice", {
  timeout: 600_000,
}, async () => {
  const struck: string[] = [];
  const { after, faults } = await throughTrouble({}, async ({ stage, over }) => {
    const folder = join(stage.folder, "moments");
    mkdirSync(folder);
    const file = join(stage.repository, ".git/hooks/post-receive");
    mkdirSync(join(file, ".."), { recursive: true });
    writeFileSync(file, hook(folder));
    chmodSync(file, 0o755);
    while (!over.aborted) {
      writeFileSync(join(folder, "pid"), String(stage.runner.process.pid));
      await Promise.race([once(stage.runner.process, "exit"), untilAborted(over)]);
      if (stage.runner.process.signalCode === "SIGKILL") await stage.startRunner();
    }
    struck.push(...readdirSync(folder).filter((name) => name !== "pid" && existsSync(join(folder, name))));
    return moments.length;
  });
  expect(struck.sort()).toEqual(moments);
  expect(faults).toEqual([]);
  expect(after.events.filter((event) => event.type === "LeaseLost")).toHaveLength(moments.length);
  expect(after.events.filter((event) => event.type === "GateFailed")).toEqual([]);
});

async function untilAborted(signal: AbortSignal): Promise<void> {
  while (!signal.aborted) await tick();
}
