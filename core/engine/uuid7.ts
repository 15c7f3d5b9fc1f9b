import type { Instant } from "../domain/ids.ts";

/** Every byte in hex: each event has an id. */
const hexOf = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** A UUIDv7 (RFC 9562): sorts by time, the rest is chance. `random` holds at least 10 bytes. */
export function uuid7(at: Instant, random: Uint8Array): string {
  const bytes = new Uint8Array(16);
  // 48 bits of milliseconds do not fit into the 32-bit operators.
  for (let i = 0; i < 6; i += 1) bytes[i] = Math.floor(at / 2 ** (8 * (5 - i))) % 256;
  bytes.set(random.subarray(0, 10), 6);
  bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  let hex = "";
  for (const byte of bytes) hex += hexOf[byte];
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
