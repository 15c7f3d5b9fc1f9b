import { fileURLToPath } from "node:url";

/** Is `url` a path or file:// address of this machine? `host:path` is ssh, as git sees it. */
export function isLocal(url: string): boolean {
  if (/^file:\/\//i.test(url)) return true;
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(url)) return false;
  const colon = url.indexOf(":");
  const slash = url.indexOf("/");
  return colon === -1 || (slash !== -1 && slash < colon);
}

/** The path behind a local address; null for one that lies elsewhere. */
export function localPathOf(url: string): string | null {
  if (!isLocal(url)) return null;
  return /^file:\/\//i.test(url) ? fileURLToPath(url) : url;
}
