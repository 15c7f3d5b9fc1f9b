import type { Protection } from "@tamma/core/domain/loop/evidence.ts";

/** What one command needs of the walls around it. */
export interface Enclosed {
  /** Folder of the job, real path: all that it may write to. */
  folder: string;
  /** Real path, within `folder`. */
  cwd: string;
  /** Shell that sets limits and becomes the command given as its arguments. */
  prelude: string;
  argv: readonly string[];
  /** The whole environment of the command. */
  env: Record<string, string>;
  network: boolean;
}

/** A program to start, and how to speak to it. */
export interface Wrapped {
  program: string;
  args: string[];
  cwd: string;
  /** What the wall itself sees: nothing that a project chose. */
  env: Record<string, string>;
  /** True: it writes on descriptor 3 which process is the first inside (`"child-pid": N`). */
  reports: boolean;
  /** Texts that it reads from descriptors 4, 5, ... */
  inputs: string[];
}

/** A kind of wall around the commands of jobs. */
export interface Enclosure {
  readonly protection: Protection;
  /** Program and version that it stands on, for `tools`; empty for plain limits. */
  readonly tools: Record<string, string>;
  /** Variables that only make sense inside, PATH among them. */
  readonly env: Record<string, string>;
  /** `hide` comes on top of what the enclosure hides for every job: a target repository on this machine. */
  wrap(command: Enclosed, hide: readonly string[]): Wrapped;
}
