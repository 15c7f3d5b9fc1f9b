import { crc32 } from "node:zlib";

/** A sum in the form of a SHA-256 that costs little. It protects from nothing; it tells texts apart. */
export function fastSum(text: string): string {
  const part = crc32(text).toString(16).padStart(8, "0") + text.length.toString(16).padStart(8, "0");
  return part + part + part + part;
}
