import { githubCapabilities } from "@tamma/core/platforms/github/capabilities.ts";
import { conformance, everyCapability } from "./conformance.ts";
import { faultsContract } from "./faults.ts";
import { simulatedGround } from "./simulated.ts";

const ground = simulatedGround("github");
conformance(ground);
faultsContract(ground);
const repository = { id: "1", full_name: "", html_url: "", clone_url: "", default_branch: "main" };
everyCapability(ground, githubCapabilities(repository, null, true));
