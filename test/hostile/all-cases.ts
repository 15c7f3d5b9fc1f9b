import type { HostileCase } from "./case.ts";
import { fileCases } from "./cases/files.ts";
import { gitFolderCases } from "./cases/git-folder.ts";
import { machineCases } from "./cases/machine.ts";
import { repositoryCases } from "./cases/repository.ts";

export const allCases: readonly HostileCase[] = [
  ...gitFolderCases,
  ...repositoryCases,
  ...fileCases,
  ...machineCases,
];
