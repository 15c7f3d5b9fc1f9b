import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, expect, test } from "vitest";
import { lockState, StateLocked } from "./lock.ts";

const lockFile = JSON.stringify(resolve(import.meta.dirname, "lock.ts"));
let state: string;
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), "tamma-lock-"));
});
afterEach(() => rmSync(state, { recursive: true, force: true }));

test("a state folder has one holder at a time", () => {
  const lock = lockState(state);
  expect(() => lockState(state)).toThrow(StateLocked);
  lock.release();
  lock.release();
  lockState(state).release();
});

test("another process cannot take a held folder", () => {
  const lock = lockState(state);
  const script = `import { lockState } from ${lockFile};
    try { lockState(${JSON.stringify(state)}); console.log("taken"); }
    catch (error) { console.log(error.name); }`;
  const said = execFileSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" });
  expect(said.trim()).toBe("StateLocked");
  lock.release();
});

test("a holder that is killed gives the folder back", async () => {
  const script = `import { lockState } from ${lockFile};
    lockState(${JSON.stringify(state)}); console.log("held"); setInterval(() => {}, 1000);`;
  const holder = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await new Promise((held) => holder.stdout.once("data", held));
  expect(() => lockState(state)).toThrow(StateLocked);
  const gone = new Promise((exit) => holder.once("exit", exit));
  holder.kill("SIGKILL");
  await gone;
  lockState(state).release();
});

/** Where six processes meet one after another; a winner keeps what it took until all have tried. */
const rounds = 8;

test("of six that come at the same instant exactly one gets the folder, round after round", {
  timeout: 60_000,
}, async () => {
  for (let round = 0; round < rounds; round += 1) mkdirSync(join(state, String(round)));
  // Half of them come by another way: a link to the same folder.
  symlinkSync(state, `${state}-link`);
  try {
    const script = `import { lockState } from ${lockFile};
      const [at, folder] = process.argv.slice(1);
      for (let round = 0; round < ${rounds}; round += 1) {
        while (Date.now() < Number(at) + round * 60);
        try { lockState(folder + "/" + round); console.log("won " + round); }
        catch (error) { console.log(error.name + " " + round); }
      }
      setInterval(() => {}, 1000);`;
    const at = String(Date.now() + 1_500);
    const tried = Array.from({ length: 6 }, (_, index) => {
      const folder = index % 2 === 0 ? state : `${state}-link`;
      const child = spawn(process.execPath, ["--input-type=module", "-e", script, at, folder], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      const lines: string[] = [];
      createInterface({ input: child.stdout }).on("line", (line) => lines.push(line));
      return { child, lines };
    });
    await expect
      .poll(() => tried.every((each) => each.lines.length === rounds), { timeout: 50_000, interval: 100 })
      .toBe(true);
    for (const { child } of tried) child.kill("SIGKILL");
    const lines = tried.flatMap((each) => each.lines);
    for (let round = 0; round < rounds; round += 1) {
      expect(lines.filter((line) => line === `won ${round}`)).toHaveLength(1);
      expect(lines.filter((line) => line === `StateLocked ${round}`)).toHaveLength(5);
    }
  } finally {
    rmSync(`${state}-link`);
  }
});
