import type { BlobRef } from "@tamma/core/domain/loop/evidence.ts";

export const turnTables = `CREATE TABLE turns (
  turn TEXT PRIMARY KEY, loop TEXT NOT NULL, state TEXT NOT NULL, amount INTEGER NOT NULL,
  touched_at INTEGER NOT NULL, job TEXT, answer TEXT)`;

/** The Worker touches a turn that often while it streams. */
export const turnTouchMs = 5_000;
/** Silent for that long, whoever streamed the turn is gone. */
const turnSilentMs = 15_000;

export interface TurnRow {
  turn: string;
  loop: string;
  state: "open" | "answered" | "failed" | "lost";
  amount: number;
  /** The job it works for; null for the loop's own tasks. */
  job: string | null;
  answer: BlobRef | null;
  /** Open, but nobody has touched it for too long. */
  silent: boolean;
}

/** Which turn ids were used and how they ended: an id is answered once. */
export interface TurnRows {
  find(turn: string, now: number): TurnRow | null;
  open(row: { turn: string; loop: string; amount: number; job: string | null }, now: number): void;
  touch(turn: string, now: number): void;
  end(turn: string, state: "answered" | "failed" | "lost", answer: BlobRef | null): void;
}

export function turnRows(sql: SqlStorage): TurnRows {
  type Row = Omit<TurnRow, "answer" | "silent"> & { touched_at: number; answer: string | null };
  return {
    find: (turn, now) => {
      const row = sql.exec<Row>("SELECT * FROM turns WHERE turn = ?", turn).toArray()[0];
      if (!row) return null;
      const { touched_at: touchedAt, answer, ...rest } = row;
      const silent = row.state === "open" && touchedAt + turnSilentMs < now;
      return { ...rest, silent, answer: answer === null ? null : (JSON.parse(answer) as BlobRef) };
    },
    open: ({ turn, loop, amount, job }, now) => {
      sql.exec("INSERT INTO turns VALUES (?, ?, 'open', ?, ?, ?, NULL)", turn, loop, amount, now, job);
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
  };
}
