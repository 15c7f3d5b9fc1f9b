/** One structured line for the operator; it never holds payloads or bodies. */
export function logError(at: string, thrown: unknown, more: Record<string, string | number> = {}): void {
  const message = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
  console.error(JSON.stringify({ level: "error", at, message, ...more }));
}
