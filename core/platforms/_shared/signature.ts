/** SHA-256 is 32 bytes. */
const hexOfSha256 = /^[0-9a-f]{64}$/i;

/**
 * Whether `hex` is the HMAC-SHA-256 (RFC 2104) of `body` under one of `secrets`. To compare takes the same
 * time wherever the first difference is. An empty secret proves nothing.
 */
export async function isSignedBy(
  body: Uint8Array<ArrayBuffer>,
  hex: string,
  secrets: readonly string[],
): Promise<boolean> {
  if (!hexOfSha256.test(hex)) return false;
  const signature = Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  for (const secret of secrets) {
    if (secret === "") continue;
    const bytes = new TextEncoder().encode(secret);
    const key = await crypto.subtle.importKey("raw", bytes, algorithm, false, ["verify"]);
    if (await crypto.subtle.verify("HMAC", key, signature, body)) return true;
  }
  return false;
}
