import type { LogPage } from "@tamma/core/protocol/rest.ts";
import type { LogPiece } from "./log-rows.ts";

/** Where a reader of the logs is: a row of the log, and how many of its bytes he has seen. */
export interface LogPlace {
  row: number;
  bytes: number;
}

const start: LogPlace = { row: 0, bytes: 0 };

/** A cursor as `LogPage.next` has it; the start for anything else. */
export function placeOf(cursor: string): LogPlace {
  const [, row, bytes] = /^(\d{1,15})\.(\d{1,15})$/.exec(cursor) ?? [];
  return row === undefined || bytes === undefined ? start : { row: Number(row), bytes: Number(bytes) };
}

export interface Hiding {
  redact: (text: string) => string;
  openEnd: (text: string) => number;
}

/**
 * The pieces behind `after` as text, one chunk a lease. The end of a chunk that may go on is kept back where
 * it may be the beginning of a secret; the next page begins with it. Nothing comes twice and nothing is left
 * out.
 *
 * @param pieces rows from `after.row` on, in order; the first one may be seen in part
 * @param goesOn may another piece of the last lease follow?
 */
export function logPage(
  pieces: readonly LogPiece[],
  after: LogPlace,
  goesOn: boolean,
  hiding: Hiding,
): LogPage {
  const chunks: LogPage["chunks"] = [];
  let place = after;
  for (const group of byLease(pieces)) {
    const [first, last] = [group[0], group.at(-1)];
    if (!first || !last) continue;
    const seen = first.row === after.row ? after.bytes : 0;
    const text = Buffer.concat(group.map((piece) => piece.body))
      .subarray(Math.min(seen, first.body.length))
      .toString("utf8");
    // Behind a gap nothing goes on.
    const open = goesOn && last === pieces.at(-1) && last.body.length > 0;
    const kept = open ? hiding.openEnd(text) : 0;
    const shown = text.slice(0, text.length - kept);
    const left = leftOut(group, after);
    if (shown !== "" || left !== "")
      chunks.push({ job: first.job, fence: first.fence, text: hiding.redact(shown) + left });
    place = back(group, Buffer.byteLength(text.slice(text.length - kept), "utf8"));
  }
  return { chunks, next: `${place.row}.${place.bytes}` };
}

function byLease(pieces: readonly LogPiece[]): LogPiece[][] {
  const groups: LogPiece[][] = [];
  for (const piece of pieces) {
    const last = groups.at(-1);
    if (last?.[0]?.job === piece.job && last[0].fence === piece.fence) last.push(piece);
    else groups.push([piece]);
  }
  return groups;
}

/** Of a log that grew too long only the length was kept. */
function leftOut(group: readonly LogPiece[], after: LogPlace): string {
  const told = (piece: LogPiece) => piece.row === after.row && after.bytes > 0;
  const unkept = group.filter((piece) => piece.body.length === 0 && !told(piece));
  const missing = unkept.reduce((sum, piece) => sum + piece.bytes, 0);
  return missing === 0 ? "" : `\n[... ${missing} bytes of log left out: a live log ends after 8 MB ...]\n`;
}

/** The place `bytes` before the end of the pieces. */
function back(group: readonly LogPiece[], bytes: number): LogPlace {
  let left = bytes;
  for (const { row, body, bytes: size } of group.toReversed()) {
    // Of a row without a body all was told.
    if (left === 0 && body.length === 0) return { row, bytes: size };
    if (left <= body.length) return { row, bytes: body.length - left };
    left -= body.length;
  }
  return { row: group[0]?.row ?? 0, bytes: 0 };
}
