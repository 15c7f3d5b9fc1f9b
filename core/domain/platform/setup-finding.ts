import { z } from "zod";

/** What one look at a connection or a repository came to. */
export const SetupFinding = z.object({
  /** Name of the repository; null: the connection itself. */
  repository: z.string().nullable(),
  /** `wrong`: loops cannot work so. `warning`: they can, with less or not for ever. */
  state: z.enum(["ok", "warning", "wrong"]),
  what: z.string(),
  /** Null where the fact says all. */
  why: z.string().nullable(),
  /** The next thing to do; null when there is none. */
  todo: z.string().nullable(),
});
export type SetupFinding = z.infer<typeof SetupFinding>;

/** Findings about one thing. */
export interface Finder {
  ok(what: string, why?: string): SetupFinding;
  warning(what: string, why: string, todo: string): SetupFinding;
  wrong(what: string, why: string, todo: string): SetupFinding;
}

export function finderOf(repository: string | null): Finder {
  return {
    ok: (what, why) => ({ repository, state: "ok", what, why: why ?? null, todo: null }),
    warning: (what, why, todo) => ({ repository, state: "warning", what, why, todo }),
    wrong: (what, why, todo) => ({ repository, state: "wrong", what, why, todo }),
  };
}
