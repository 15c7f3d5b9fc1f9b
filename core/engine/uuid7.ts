import type { Instant } from "../domain/ids.ts";

/** A UUIDv7 (RFC 9562): sorts by time, the rest is chance. `random` holds at least 10 bytes. */
export function uuid7(at: Instant, random: Uint8Array): string {
  const bytes = new Uint8Array(16);
  // 48 bits of milliseconds do not fit into the 32-bit operators.
  for (let i = 0; i < 6; i += 1) bytes[i] = Math.floor(at / 2 ** (8 * (5 - i))) % 256;
  bytes.set(random.subarray(0, 10), 6);
  bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  let text = "";
  for (let place = 0; place < bytes.length; place += 1) {
    if (place === 4 || place === 6 || place === 8 || place === 10) text += "-";
    text += hexOf[bytes[place] ?? 0];
  }
  return text;
}

/** Both digits of every byte: one id is made for every event. */
const hexOf = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));
