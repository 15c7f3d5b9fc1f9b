import { capabilitiesOf } from "@tamma/core/platforms/gitea/capabilities.ts";
import { featuresOf } from "@tamma/core/platforms/gitea/version.ts";
import { conformance, everyCapability } from "./conformance.ts";
import { faultsContract } from "./faults.ts";
import { simulatedGround } from "./simulated.ts";

const ground = simulatedGround("gitea");
conformance(ground);
faultsContract(ground);
everyCapability(ground, capabilitiesOf("1.27.0", featuresOf("1.27.0"), 50));
