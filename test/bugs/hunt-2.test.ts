import { bugsOfEngine } from "./bugs-of-engine.ts";
import { bugsOfPolicy } from "./bugs-of-policy.ts";
import { bugsOfState } from "./bugs-of-state.ts";
import { huntInTests } from "./short-hunt.ts";

huntInTests([...bugsOfState, ...bugsOfPolicy, ...bugsOfEngine]);
