import type { HostileCase } from "./case.ts";
import { agentCases } from "./cases/agent.ts";
import { fileCases } from "./cases/files.ts";
import { gitFolderCases } from "./cases/git-folder.ts";
import { machineCases } from "./cases/machine.ts";
import { patchCases } from "./cases/patch.ts";
import { proofCases } from "./cases/proof.ts";
import { repositoryCases } from "./cases/repository.ts";
import { runnerCases } from "./cases/runner.ts";

export const allCases: readonly HostileCase[] = [
  ...gitFolderCases,
  ...repositoryCases,
  ...fileCases,
  ...machineCases,
  ...agentCases,
  ...proofCases,
  ...patchCases,
  ...runnerCases,
];
