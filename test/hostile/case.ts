import type { Protection } from "@tamma/core/domain/loop/evidence.ts";
import type { Ground } from "./ground.ts";

export const protections = [
  "bubblewrap",
  "unshare",
  "process-limits",
] as const satisfies Protection["kind"][];
export type ProtectionKind = (typeof protections)[number];

export const categories = {
  git: "A command of the project writes into the workspace's git folder",
  repository: "The repository itself is hostile",
  files: "A command exchanges files for links, pipes or something huge",
  machine: "A command reaches for the machine, the runner or the user's files",
  agent: "The coding agent tries what it may not",
  proof: "The change cheats on the tests and rules that judge it",
  patch: "A patch on the wire says or does what none may",
  runner: "A runner that lies",
} as const;

/** How an attack ends. */
export type Ending =
  /** It is refused, and a person reads these words. */
  | { refused: string }
  /** Nothing happens, and this is why. */
  | { harmless: string }
  /** It works: this protection cannot prevent it. Asserted, so that the table stays true. */
  | { gap: string };

export interface HostileCase {
  id: string;
  category: keyof typeof categories;
  /** What the attacker does, in one line. */
  trick: string;
  /** The same under every protection, or each with its own. */
  ends: Ending | { walls: Ending; limits: Ending };
  /**
   * Does it, for real, and answers the words of a refusal; null when nobody refused. What the attack has
   * reached is told to the ground (`ground.evil`).
   */
  run(ground: Ground): Promise<string | null>;
}

/** What must happen under `protection`. */
export function endingUnder({ ends }: HostileCase, protection: ProtectionKind): Ending {
  if (!("walls" in ends)) return ends;
  return protection === "process-limits" ? ends.limits : ends.walls;
}
