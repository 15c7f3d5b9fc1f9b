import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { diskReport } from "./disk.ts";

test("a folder that takes a write is well, and nothing is left in it", () => {
  const folder = mkdtempSync(join(tmpdir(), "tamma-disk-"));
  try {
    expect(diskReport(folder)).toEqual({ fault: null });
    expect(readdirSync(folder)).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true });
  }
  expect(diskReport(folder)).toEqual({ fault: "unwritable" });
});
