import { hiddenInLog } from "./redaction.ts";

let write = (line: string) => console.error(line);

/** Sends the lines of this process somewhere else; the default is standard error. */
export function logTo(sink: (line: string) => void): void {
  write = sink;
}

/** One structured line for the operator; it never holds payloads, bodies or our secrets. */
export function logError(at: string, thrown: unknown, more: Record<string, string | number> = {}): void {
  const message = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
  write(hiddenInLog(JSON.stringify({ level: "error", at, message, ...more })));
}
