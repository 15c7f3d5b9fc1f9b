import type { HostileCase } from "./case.ts";
import { gitFolderCases } from "./cases/git-folder.ts";
import { repositoryCases } from "./cases/repository.ts";

export const allCases: readonly HostileCase[] = [...gitFolderCases, ...repositoryCases];
