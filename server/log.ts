import { appendFileSync } from "node:fs";
import { join } from "node:path";

export type LogLevel = "debug" | "info" | "warn" | "error";

const levels: readonly LogLevel[] = ["debug", "info", "warn", "error"];

/** Writes one JSON line per entry; `text` is for people, `more` for machines. */
export type Log = (level: LogLevel, text: string, more?: Record<string, unknown>) => void;

/** A log to `state/server.log` and standard error; standard output stays free for the ready line. */
export function openLog(state: string, least: LogLevel): Log {
  const file = join(state, "server.log");
  return (level, text, more = {}) => {
    if (levels.indexOf(level) < levels.indexOf(least)) return;
    const line = `${JSON.stringify({ at: new Date().toISOString(), level, text, ...more })}\n`;
    process.stderr.write(line);
    try {
      appendFileSync(file, line, { mode: 0o600 });
    } catch {
      // A full disk must not end the server; the line went to standard error.
    }
  };
}

/** A level by its name, or null when there is none of that name. */
export function parseLogLevel(text: string): LogLevel | null {
  return levels.find((level) => level === text) ?? null;
}
