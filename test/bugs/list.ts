import type { Bug } from "./bug.ts";
import { bugsOfDecide } from "./bugs-of-decide.ts";
import { bugsOfEngine } from "./bugs-of-engine.ts";
import { bugsOfObjects } from "./bugs-of-objects.ts";
import { bugsOfPolicy } from "./bugs-of-policy.ts";
import { bugsOfRepository } from "./bugs-of-repository.ts";
import { bugsOfState } from "./bugs-of-state.ts";

/** Every deliberate bug. Each is caught by a walk or by the simulation, or the proof has a hole. */
export const bugs: Bug[] = [
  ...[...bugsOfDecide, ...bugsOfState, ...bugsOfPolicy, ...bugsOfRepository],
  ...[...bugsOfEngine, ...bugsOfObjects],
];
