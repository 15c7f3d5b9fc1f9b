import { ciContract } from "./ci.ts";
import { faultsContract } from "./faults.ts";
import { issuesContract } from "./issues.ts";
import { pullsContract } from "./pulls.ts";

issuesContract("gitea");
pullsContract("gitea");
ciContract("gitea");
faultsContract("gitea");
