/** Where a platform sends its webhooks, or why it has no way here. */
export type WebhookAddress =
  | { readonly url: string }
  | { readonly url: null; readonly why: string; readonly todo: string };

/**
 * The address of a connection's webhooks.
 *
 * @param origin where platforms reach this server, without a slash at the end
 * @param platformUrl where people reach the platform
 * @param path of the connection's webhooks on this server
 */
export function webhookAddress(
  { id, platformUrl, path }: { id: string; platformUrl: string; path: string },
  origin: string,
): WebhookAddress {
  if (!isThisMachine(origin) || isThisMachine(platformUrl)) return { url: `${origin}${path}` };
  return {
    url: null,
    why: `${origin} means a machine's own self, and ${platformUrl} is another machine`,
    todo:
      "give the address at which the platform reaches this server: " +
      `\`tamma connections change ${id} --webhook-url https://tamma.example.org\``,
  };
}

/** Names and addresses that lead whoever asks back to itself (RFC 6761, RFC 6890). */
export function isThisMachine(address: string): boolean {
  const host = hostOf(address);
  if (host === "localhost" || host.endsWith(".localhost") || host === "[::1]" || host === "[::]") return true;
  // The parser writes every spelling of an IPv4 address the same way, and those within IPv6 in hexadecimal.
  return /^127(\.\d+){3}$/.test(host) || host === "0.0.0.0" || /^\[::ffff:7f[0-9a-f]{2}:/.test(host);
}

/** Networks that nobody outside can reach (RFC 1918, RFC 4193, RFC 3927). */
export function isPrivate(address: string): boolean {
  const host = hostOf(address);
  if (/^\[f[cd]|^\[fe[89ab]/.test(host)) return true;
  return /^(10\.|192\.168\.|169\.254\.|172\.(1[6-9]|2\d|3[01])\.)[\d.]+$/.test(host);
}

/** Without the dot that a name may end with. */
function hostOf(address: string): string {
  return (URL.parse(address)?.hostname ?? "").replace(/\.$/, "");
}
