import { patchBytesMax } from "../policy/limits.ts";
import type { Patch } from "./evidence.ts";

/**
 * What the control plane refuses in a patch, in words; empty when it is fine. Protected paths are not
 * refused here: they need a person's yes (policy/risk.ts).
 */
export function patchProblems(patch: Patch, base: string | null): string[] {
  const problems: string[] = [];
  if (base !== null && patch.base !== base)
    problems.push(`it is made against ${patch.base}, not against ${base}`);
  if (patch.files.length === 0) problems.push("it changes nothing");
  if (patch.diff.size > patchBytesMax)
    problems.push(`it has ${patch.diff.size} bytes, at most ${patchBytesMax}`);
  const seen = new Map<string, string>();
  for (const { path, modeBefore, modeAfter, status } of patch.files) {
    const problem = pathProblem(path) ?? modeProblem(path, modeBefore, modeAfter);
    if (problem) problems.push(problem);
    // A rename that changes only the case deletes the one and adds the other.
    if (status === "deleted") continue;
    const folded = path.toLowerCase();
    const other = seen.get(folded);
    if (other !== undefined && other !== path) problems.push(`${path} and ${other} differ only in case`);
    seen.set(folded, path);
  }
  return problems;
}

/** NTFS drops trailing spaces and dots, reads `:` as a stream, and gives long names a short one. */
const gitFolder = /^(?:\.git|git~1)[ .]*(?::.*)?$/i;
const gitModules = /^(?:\.gitmodules|gitmod~[1-4])[ .]*(?::.*)?$/i;

/** HFS+ ignores these in names (git's utf8.c). */
const ignoredByHfs = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g;

function pathProblem(path: string): string | null {
  const parts = path.split("/");
  if (
    path === "" ||
    path.startsWith("/") ||
    /^[A-Za-z]:/.test(path) ||
    path.includes("\\") ||
    path.includes("\0")
  )
    return `${JSON.stringify(path)} is not a path inside the repository`;
  if (parts.some((part) => part === "" || part === "." || part === ".."))
    return `${JSON.stringify(path)} leaves the repository`;
  // Git on case-folding file systems, HFS+ and NTFS reads these as .git (CVE-2014-9390 and its kin).
  const plain = parts.map((part) => part.replace(ignoredByHfs, ""));
  if (plain.some((part) => gitFolder.test(part))) return `${path} is inside Git's own folder`;
  if (plain.some((part) => gitModules.test(part))) return `${path}: submodules are not changed by a loop`;
  return null;
}

function modeProblem(path: string, before: string, after: string): string | null {
  if (before === "160000" || after === "160000") return `${path}: submodules are not changed by a loop`;
  if (after === "120000") return `${path}: new symbolic links are not accepted`;
  return null;
}
