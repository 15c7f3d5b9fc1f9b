import { bugsOfDecide } from "./bugs-of-decide.ts";
import { bugsOfObjects } from "./bugs-of-objects.ts";
import { bugsOfRepository } from "./bugs-of-repository.ts";
import { huntInTests } from "./short-hunt.ts";

huntInTests([...bugsOfDecide, ...bugsOfRepository, ...bugsOfObjects]);
