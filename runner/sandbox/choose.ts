import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { bubblewrap } from "./bubblewrap.ts";
import type { Enclosure } from "./enclosure.ts";
import { toolsPath } from "./environment.ts";
import { plainLimits } from "./plain-limits.ts";
import { probe, versionOf } from "./probe.ts";
import { unshareTools, unshareWalls } from "./unshare.ts";
import { visiblePolicy } from "./visible.ts";

/** `auto`: the best that works here. A named one that does not work is refused. */
export const sandboxSettings = ["auto", "bubblewrap", "unshare", "limits"] as const;
export type SandboxSetting = (typeof sandboxSettings)[number];

export interface Surroundings {
  /** Folder for the folders of jobs. */
  work: string;
  /** The runner's key. */
  keyFile: string;
  /** Named by whoever runs the runner; absolute paths. */
  show: readonly string[];
  hide: readonly string[];
  /** Folders of programs besides the PATH; programs for administrators are not on everybody's. */
  places?: readonly string[];
}

const moreFolders = ["/usr/sbin", "/sbin"];

export interface Choice {
  enclosure: Enclosure;
  /** Better ones that do not work here, each with the reason. */
  passedOver: { kind: string; why: string }[];
}

/** The sandbox that was asked for by name does not work here. */
export class SandboxUnusable extends Error {
  override readonly name = "SandboxUnusable";
}

/** @throws SandboxUnusable when `setting` names one that does not work here, with the reason. */
export async function chooseEnclosure(setting: SandboxSetting, around: Surroundings): Promise<Choice> {
  if (setting === "limits") return { enclosure: plainLimits, passedOver: [] };
  const passedOver: Choice["passedOver"] = [];
  for (const [kind, open] of Object.entries(walls)) {
    if (setting !== "auto" && setting !== kind) continue;
    const made = await open(around);
    const why = typeof made === "string" ? made : await probe(made, around.work, around.keyFile);
    if (why === null && typeof made !== "string") return { enclosure: made, passedOver };
    passedOver.push({ kind, why: why ?? "" });
  }
  if (setting === "auto") return { enclosure: plainLimits, passedOver };
  throw new SandboxUnusable(
    `the sandbox ${setting} does not work here: ${passedOver[0]?.why ?? "it is not built in"}. ` +
      "Put that right, or set TAMMA_SANDBOX=auto for the best that works.",
  );
}

/** Best first. Each answers with an enclosure that is still to be proven, or why there cannot be one. */
const walls: Record<string, (around: Surroundings) => Promise<Enclosure | string>> = {
  async bubblewrap(around) {
    const program = onPath("bwrap", around);
    if (program === null)
      return "bubblewrap is not installed (Debian, Ubuntu, Fedora, Arch: the package `bubblewrap`)";
    return bubblewrap(program, (await versionOf(program)) ?? "unknown", policyOf(around));
  },
  async unshare(around) {
    const programs = Object.fromEntries(unshareTools.map((name) => [name, onPath(name, around) ?? ""]));
    const missing = unshareTools.filter((name) => programs[name] === "");
    if (missing.length > 0)
      return `not on the PATH: ${missing.join(", ")} (packages util-linux and iproute2)`;
    return unshareWalls(programs, (await versionOf("unshare")) ?? "unknown", policyOf(around));
  },
};

function policyOf({ work, keyFile, show, hide }: Surroundings) {
  const ours = join(import.meta.dirname, "../..");
  return visiblePolicy({
    path: toolsPath(process.env.PATH ?? "/usr/local/bin:/usr/bin:/bin"),
    home: homedir(),
    node: process.execPath,
    show,
    hide: [work, keyFile, `${keyFile}.json`, ours, ...hide],
    env: process.env,
  });
}

function onPath(program: string, { places = moreFolders }: Surroundings): string | null {
  const folders = [...(process.env.PATH ?? "").split(delimiter), ...places];
  return folders.map((folder) => join(folder, program)).find((file) => existsSync(file)) ?? null;
}
