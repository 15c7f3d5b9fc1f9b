import { ciContract } from "./ci.ts";
import { faultsContract } from "./faults.ts";
import { issuesContract } from "./issues.ts";
import { pullsContract } from "./pulls.ts";
import { settingUpContract } from "./setting-up.ts";

issuesContract("github");
pullsContract("github");
ciContract("github");
faultsContract("github");
settingUpContract("github");
