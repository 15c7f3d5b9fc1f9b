import { readFileSync } from "node:fs";
import { join } from "node:path";
import { version } from "@tamma/core/version.ts";
import { expect, test } from "vitest";
import { repository } from "./tree.ts";

test("the version that a running server tells is that of every package", () => {
  for (const folder of ["", "core", "cli", "runner", "server"]) {
    const manifest = readFileSync(join(repository, folder, "package.json"), "utf8");
    expect(JSON.parse(manifest).version, folder || "the root").toBe(version);
  }
});
