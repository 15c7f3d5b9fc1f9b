import type { Instant } from "../domain/ids.ts";

/** What lets git in over HTTP. */
export interface GitAccess {
  readonly username: string;
  readonly password: string;
  /** Null: for as long as the connection's own credential lives. */
  readonly expiresAt: Instant | null;
}

/** `read` is enough to clone; only jobs that push get `write`. */
export type GitRight = "read" | "write";
