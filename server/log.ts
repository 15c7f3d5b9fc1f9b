import { appendFileSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";

export type LogLevel = "debug" | "info" | "warn" | "error";

const levels: readonly LogLevel[] = ["debug", "info", "warn", "error"];

/** Writes one JSON line per entry; `text` is for people, `more` for machines. */
export type Log = (level: LogLevel, text: string, more?: Record<string, unknown>) => void;

/** Weeks of an ordinary server; with the one before it the log takes at most twice that of the disk. */
const logBytesMax = 8 * 1024 * 1024;
/** A stack trace or a platform's answer explains itself in less. */
const textCharsMax = 16_000;

/**
 * A log to `state/server.log` and standard error; standard output stays free for the ready line. A full file
 * becomes `server.log.1`, and the one that was there is gone.
 */
export function openLog(state: string, least: LogLevel, bytesMax = logBytesMax): Log {
  const file = join(state, "server.log");
  let bytes = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  return (level, text, more = {}) => {
    if (levels.indexOf(level) < levels.indexOf(least)) return;
    const entry = { at: new Date().toISOString(), level, text: text.slice(0, textCharsMax), ...more };
    const line = `${JSON.stringify(entry)}\n`;
    process.stderr.write(line);
    try {
      if (bytes > 0 && bytes + line.length > bytesMax) {
        renameSync(file, `${file}.1`);
        bytes = 0;
      }
      appendFileSync(file, line, { mode: 0o600 });
      bytes += Buffer.byteLength(line);
    } catch {
      // A full disk must not end the server; the line went to standard error.
    }
  };
}

/** A level by its name, or null when there is none of that name. */
export function parseLogLevel(text: string): LogLevel | null {
  return levels.find((level) => level === text) ?? null;
}
