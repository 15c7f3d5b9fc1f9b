import { patchBytesMax } from "../policy/limits.ts";
import { sanitise } from "../sanitise.ts";
import type { Patch } from "./evidence.ts";
import { isGitFolderName, nameOnHfs } from "./git-folder-name.ts";
import { pathCollisions } from "./path-collisions.ts";

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
  for (const { path, modeBefore, modeAfter, status } of patch.files) {
    const problem =
      pathProblem(path) ??
      (status === "added" ? nameProblem(path) : null) ??
      modeProblem(path, modeBefore, modeAfter);
    if (problem) problems.push(problem);
  }
  // A rename that changes only the case deletes the one and adds the other.
  const alive = patch.files.filter(({ status }) => status !== "deleted").map(({ path }) => path);
  for (const { path, other } of pathCollisions(alive, []))
    problems.push(`${path} and ${other} differ only in case or in how a letter is written`);
  return problems;
}

/** As `.git` itself, on NTFS. */
const gitModules = /^(?:\.gitmodules|gitmod~[1-4])[ .]*(?::.*)?$/i;

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
  if (parts.some(isGitFolderName)) return `${path} is inside Git's own folder`;
  if (parts.some((part) => gitModules.test(nameOnHfs(part))))
    return `${path}: submodules are not changed by a loop`;
  return null;
}

/** Names that Windows keeps for devices, with any ending. */
const deviceName = /^(?:con|prn|aux|nul|com[0-9\u00b9\u00b2\u00b3]|lpt[0-9\u00b9\u00b2\u00b3])(?:\..*)?$/i;

/** A new name has to be one that every reader sees as it is and every system can write. */
function nameProblem(path: string): string | null {
  if (sanitise(path) !== path || /[\t\n]/.test(path))
    return `${JSON.stringify(path)} has characters in its name that nobody sees`;
  const parts = path.split("/");
  if (parts.some((part) => deviceName.test(part) || /[ .]$/.test(part)))
    return `${JSON.stringify(path)} is a name that Windows cannot write`;
  return null;
}

/** What git writes for a file, a program, and for nothing. */
const plainModes = new Set(["100644", "100755", "000000"]);

function modeProblem(path: string, before: string, after: string): string | null {
  if (before === "160000" || after === "160000") return `${path}: submodules are not changed by a loop`;
  if (after === "120000") return `${path}: new symbolic links are not accepted`;
  if (!plainModes.has(after)) return `${path}: mode ${after} is none of a file`;
  return null;
}
