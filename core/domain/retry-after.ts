/** Header values are read through this much of `Headers`, so that any fetch's headers fit. */
export interface HeaderReader {
  get(name: string): string | null;
}

/** A year: whatever asks for more is a broken clock on the other side, not a wish. */
const waitMsMax = 366 * 24 * 3_600_000;

/**
 * When the provider wants to be asked again, in milliseconds since the epoch; null when it said nothing
 * that makes sense. `retry-after-ms` is the more exact of the two and wins; `retry-after` is seconds or a
 * date (RFC 9110).
 */
export function retryAtOf(headers: HeaderReader, now: number): number | null {
  const exact = waitOf(headers.get("retry-after-ms"), 1);
  if (exact !== null) return now + exact;
  const value = headers.get("retry-after")?.trim();
  if (!value) return null;
  const seconds = waitOf(value, 1_000);
  if (seconds !== null) return now + seconds;
  if (isNumber(value)) return null;
  const at = Date.parse(value);
  if (Number.isNaN(at) || at > now + waitMsMax) return null;
  // A date that has passed means: now.
  return Math.max(at, now);
}

/** `Date.parse` takes "1" and "-5" for years, so numbers must be told from dates first. */
function isNumber(value: string): boolean {
  return /^[+-]?\d+(\.\d+)?$/.test(value);
}

function waitOf(value: string | null, unitMs: number): number | null {
  const text = value?.trim() ?? "";
  if (!/^\d+(\.\d+)?$/.test(text)) return null;
  const ms = Math.ceil(Number(text) * unitMs);
  return ms <= waitMsMax ? ms : null;
}
