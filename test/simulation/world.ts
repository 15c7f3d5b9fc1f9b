import type { Sha } from "@tamma/core/domain/ids.ts";
import type { Verdict } from "@tamma/core/domain/loop/evidence.ts";
import type { JobSpecOf } from "@tamma/core/domain/loop/jobs.ts";
import type { Repository } from "@tamma/core/protocol/rest.ts";
import type { Bodies } from "./blobs.ts";
import type { D1Line } from "./d1.ts";
import type { Dice } from "./dice.ts";
import type { Faults } from "./faults.ts";
import type { GitWorld } from "./git.ts";
import type { Hosted } from "./hosted.ts";
import type { Kernel, Life } from "./kernel.ts";
import type { OtherTracker } from "./other-platform.ts";
import type { Plan } from "./plan.ts";
import type { ScriptedProvider } from "./provider.ts";
import type { Server } from "./server.ts";
import type { TurnLaws, TurnRecord } from "./turn-laws.ts";

/** Who looks on and says when something is broken. */
export interface Watcher {
  /** What was asked of the provider, held against the loop's record. */
  turns: TurnLaws;
  /** The record of a loop; null when it may lack something since a restore. */
  recordOf(loop: string): TurnRecord | null;
  /** The object's log may have grown in this step. */
  appended(hosted: Hosted): void;
  /** Was an older copy of the loop's object put back, and nobody has repaired that yet? */
  isUnrepaired(loop: string): boolean;
  verified(tree: Sha, verdicts: readonly Verdict[]): void;
  merged(loop: string, head: Sha): void;
  /** Was an older copy of any object put back? */
  readonly restored: boolean;
}

/** Who writes the code, as good as the plan says. */
export interface Engineer {
  /** The tree that this work arrives at. */
  tree(spec: JobSpecOf<"develop">): Sha;
}

/** All parts of a simulated world, as they see each other. */
export interface World {
  plan: Plan;
  kernel: Kernel;
  faults: Faults;
  dice: Dice;
  server: Server;
  git: GitWorld;
  engineer: Engineer;
  provider: ScriptedProvider;
  bodies: Bodies;
  d1: D1Line;
  tracker: OtherTracker;
  repository: Repository;
  origin: string;
  /** Ends with the run. */
  life: Life;
  sha256(text: string): string;
  watch: Watcher;
  /** A job was offered. */
  runners: { wake(): void };
  tell(who: string, what: string, mark?: string): void;
  /** Somebody adds the repository, also once more after a restore. */
  addRepository(): Promise<void>;
  /** Somebody pushes to the branch of this loop by hand. */
  engineerPushes(loop: string): void;
  /** Puts a row into the lists of D1. */
  listLine(caller: Life): Promise<void>;
}
