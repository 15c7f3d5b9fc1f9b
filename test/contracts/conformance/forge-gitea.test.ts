import { ciContract } from "./ci.ts";
import { faultsContract } from "./faults.ts";
import { issuesContract } from "./issues.ts";
import { pullsContract } from "./pulls.ts";
import { settingUpContract } from "./setting-up.ts";

issuesContract("gitea");
pullsContract("gitea");
ciContract("gitea");
faultsContract("gitea");
settingUpContract("gitea");
