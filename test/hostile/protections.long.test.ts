import { wallsOf } from "./protection.ts";
import { runCases } from "./run-cases.ts";

/** What a runner takes here by itself has files of its own. */
const auto = await wallsOf("auto");
const had = "why" in auto ? null : auto.enclosure.protection.kind;

for (const setting of ["bubblewrap", "unshare", "limits"] as const)
  if (setting !== had) await runCases(setting);
