import type { BlobRef } from "@tamma/core/domain/loop/evidence.ts";

export const turnTables = `CREATE TABLE turns (
  turn TEXT PRIMARY KEY, loop TEXT NOT NULL, state TEXT NOT NULL, amount INTEGER NOT NULL,
  touched_at INTEGER NOT NULL, job TEXT, answer TEXT)`;

/** In which run of the code the turn was opened; null where that says nothing (see boot.ts). */
export const turnBoots = "ALTER TABLE turns ADD COLUMN boot TEXT";

/** The Worker touches a turn that often while it streams. */
export const turnTouchMs = 5_000;
/** Silent for that long, whoever streamed the turn is gone. */
export const turnSilentMs = 15_000;

export interface TurnRow {
  turn: string;
  loop: string;
  state: "open" | "answered" | "failed" | "lost";
  amount: number;
  /** The job it works for; null for the loop's own tasks. */
  job: string | null;
  answer: BlobRef | null;
  /** Open, but whoever streamed it is gone: its process ended, or nobody has touched it for too long. */
  deserted: boolean;
}

/** Which turn ids were used and how they ended: an id is answered once. */
export interface TurnRows {
  find(turn: string, now: number): TurnRow | null;
  open(row: { turn: string; loop: string; amount: number; job: string | null }, now: number): void;
  touch(turn: string, now: number): void;
  end(turn: string, state: "answered" | "failed" | "lost", answer: BlobRef | null): void;
  /** Forgets how turns of the loop ended: their ids will be drawn again, for other questions. */
  forgetEnded(loop: string): void;
  /** Turns that an earlier run of the code left open. */
  leftOpen(): Pick<TurnRow, "turn" | "loop" | "amount">[];
}

/** @param boot this run of the code, from boot.ts */
export function turnRows(sql: SqlStorage, boot: string | null): TurnRows {
  type Row = Omit<TurnRow, "answer" | "deserted"> & {
    touched_at: number;
    answer: string | null;
    boot: string | null;
  };
  return {
    find: (turn, now) => {
      const row = sql.exec<Row>("SELECT * FROM turns WHERE turn = ?", turn).toArray()[0];
      if (!row) return null;
      const { touched_at: touchedAt, answer, boot: openedIn, ...rest } = row;
      const gone = touchedAt + turnSilentMs < now || (boot !== null && openedIn !== boot);
      const deserted = row.state === "open" && gone;
      return { ...rest, deserted, answer: answer === null ? null : (JSON.parse(answer) as BlobRef) };
    },
    open: ({ turn, loop, amount, job }, now) => {
      sql.exec(
        `INSERT INTO turns (turn, loop, state, amount, touched_at, job, answer, boot)
         VALUES (?, ?, 'open', ?, ?, ?, NULL, ?)`,
        ...[turn, loop, amount, now, job, boot],
      );
    },
    touch: (turn, now) => {
      sql.exec("UPDATE turns SET touched_at = ? WHERE turn = ? AND state = 'open'", now, turn);
    },
    end: (turn, state, answer) => {
      sql.exec(
        "UPDATE turns SET state = ?, answer = ? WHERE turn = ? AND state = 'open'",
        state,
        answer === null ? null : JSON.stringify(answer),
        turn,
      );
    },
    forgetEnded: (loop) => {
      sql.exec("DELETE FROM turns WHERE loop = ? AND state <> 'open'", loop);
    },
    leftOpen: () =>
      boot === null
        ? []
        : sql
            .exec<Pick<TurnRow, "turn" | "loop" | "amount">>(
              "SELECT turn, loop, amount FROM turns WHERE state = 'open' AND boot IS NOT ?",
              boot,
            )
            .toArray(),
  };
}
