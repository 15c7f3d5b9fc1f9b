import type { HostileCase } from "./case.ts";
import { gitFolderCases } from "./cases/git-folder.ts";

export const allCases: readonly HostileCase[] = [...gitFolderCases];
