import type { PlatformReading } from "@tamma/core/ports/platform-reading.ts";

/** Rights change seldom; who lost his is believed for that long at most. */
const believedMs = 5 * 60_000;

/** Who may write to the repository: only they start, approve and order. */
export interface Writers {
  /** @throws PlatformError */
  includes(reading: PlatformReading, login: string): Promise<boolean>;
}

export function writersOf(now: () => number): Writers {
  const known = new Map<string, { may: boolean; at: number }>();
  return {
    includes: async (reading, login) => {
      for (const [name, { at }] of known) if (now() - at >= believedMs) known.delete(name);
      const kept = known.get(login);
      if (kept) return kept.may;
      const permission = await reading.permissionOf(login);
      const may = permission === "write" || permission === "admin";
      known.set(login, { may, at: now() });
      return may;
    },
  };
}
