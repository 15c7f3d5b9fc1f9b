import { PlatformError } from "../../ports/platform.ts";
import { type Connection, get, within } from "./connection.ts";
import * as shapes from "./shapes.ts";

/** Instructions and settings are kilobytes; whatever is longer is read by git. */
const fileBytesMax = 1_000_000;

/** A file as the API shows it, with git's name of its content; null for what is no file, or not there. */
export async function fileOf(
  connection: Connection,
  path: string,
  ref: string,
): Promise<{ sha: string; text: string } | null> {
  const found = await entryOf(connection, path, ref);
  if (found === null) return null;
  const { size, content, sha } = found;
  // Gitea sends no content of what is beyond its own limit.
  if (size > fileBytesMax || typeof content !== "string")
    throw refused(`${path} has ${size} bytes, and at most ${fileBytesMax} are read`);
  return { sha, text: decoded(path, content) };
}

/** The same without a look at what is in it. */
export async function entryOf({ api, at }: Connection, path: string, ref: string) {
  const request = { ...get("file", within(at`/contents`, path)), query: { ref } };
  const found = await api.find(request, shapes.contents);
  return found === null || Array.isArray(found) || found.type !== "file" ? null : found;
}

/** UTF-8 in Base64, as the API takes it. */
export function encoded(text: string): string {
  const bytes = new TextEncoder().encode(text);
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

function decoded(path: string, content: string): string {
  try {
    const bytes = Uint8Array.from(atob(content.replace(/\s/g, "")), (mark) => mark.charCodeAt(0));
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw refused(`${path} is no text in UTF-8`);
  }
}

function refused(message: string): PlatformError {
  return new PlatformError({ kind: "validation", operation: "file", message });
}
