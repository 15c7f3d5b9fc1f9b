import type { SetupFinding } from "@tamma/core/domain/platform/setup-finding.ts";

/** What one look came to. `skipped` says why nothing could be looked at; it is no fault. */
export interface Finding {
  what: string;
  state: "ok" | "warning" | "fault" | "skipped";
  says: string;
  /** The next thing to do; null when there is none. */
  todo: string | null;
}

export const ok = (what: string, says: string): Finding => ({ what, state: "ok", says, todo: null });
export const skipped = (what: string, says: string): Finding => ({
  what,
  state: "skipped",
  says,
  todo: null,
});
export const warning = (what: string, says: string, todo: string): Finding => ({
  ...{ what, state: "warning", says, todo },
});
export const fault = (what: string, says: string, todo: string): Finding => ({
  ...{ what, state: "fault", says, todo },
});

/** What the server found of a connection, or of a repository that was added through it. */
export function findingOf(connection: string, { repository, state, what, why, todo }: SetupFinding): Finding {
  return {
    what: repository === null ? `connection ${connection}` : `repository ${repository}`,
    state: state === "wrong" ? "fault" : state,
    says: why === null ? what : `${what}: ${why}`,
    todo,
  };
}
