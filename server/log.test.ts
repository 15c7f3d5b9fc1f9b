import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { openLog } from "./log.ts";

let state: string;
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), "tamma-log-"));
  vi.spyOn(process.stderr, "write").mockReturnValue(true);
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(state, { recursive: true, force: true });
});

test("the log takes no more of the disk than two files, however much is said, and keeps the newest", () => {
  const bytesMax = 2_000;
  const first = openLog(state, "info", bytesMax);
  for (let n = 0; n < 50; n += 1) first("info", `line ${n}`);
  // A server that starts again counts what is there.
  const second = openLog(state, "info", bytesMax);
  for (let n = 50; n < 100; n += 1) second("warn", `line ${n}`, { n });
  second("debug", "not asked for");
  expect(readdirSync(state).sort()).toEqual(["server.log", "server.log.1"]);
  for (const name of readdirSync(state))
    expect(statSync(join(state, name)).size).toBeLessThanOrEqual(bytesMax);
  const last = readFileSync(join(state, "server.log"), "utf8").trim().split("\n").at(-1) ?? "";
  expect(JSON.parse(last)).toMatchObject({ level: "warn", text: "line 99", n: 99 });
  expect(statSync(join(state, "server.log")).mode & 0o777).toBe(0o600);
});

test("one entry is bounded, and a log that cannot be written stops nobody", () => {
  openLog(state, "info")("error", "x".repeat(100_000));
  expect(statSync(join(state, "server.log")).size).toBeLessThan(20_000);
  expect(() => openLog(join(state, "absent"), "info")("error", "said")).not.toThrow();
});
