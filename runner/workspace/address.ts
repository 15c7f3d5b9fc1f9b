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

/**
 * The same http(s) address with name and password in it, as `remoteOf` takes them out again before git sees
 * them. Other addresses have no place for them and come back as they are.
 */
export function withLogin(
  url: string,
  { username, password }: { username: string; password: string },
): string {
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url)) return url;
  const address = new URL(url);
  address.username = encodeURIComponent(username);
  address.password = encodeURIComponent(password);
  return address.href;
}
