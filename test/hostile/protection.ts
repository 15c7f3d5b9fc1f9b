import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chooseEnclosure, type SandboxSetting, SandboxUnusable } from "../../runner/sandbox/choose.ts";
import type { Enclosure } from "../../runner/sandbox/enclosure.ts";

/** The walls that a setting gives on this machine; the reason when it does not work here. */
export async function wallsOf(setting: SandboxSetting): Promise<{ enclosure: Enclosure } | { why: string }> {
  const around = mkdtempSync(join(tmpdir(), "tamma-walls-"));
  const [work, keyFile] = [join(around, "work"), join(around, "key")];
  mkdirSync(work);
  writeFileSync(keyFile, "key");
  try {
    const { enclosure } = await chooseEnclosure(setting, { work, keyFile, show: [], hide: [] });
    return { enclosure };
  } catch (error) {
    if (error instanceof SandboxUnusable) return { why: error.message };
    throw error;
  } finally {
    rmSync(around, { recursive: true, force: true });
  }
}
