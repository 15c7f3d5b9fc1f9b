import { importPKCS8 } from "jose";
import { PlatformError } from "../../ports/platform.ts";

/** What `BEGIN RSA PRIVATE KEY` holds (PKCS#1), which is how GitHub hands out the keys of Apps. */
const pkcs1 = /^\s*-----BEGIN RSA PRIVATE KEY-----([\s\S]+?)-----END RSA PRIVATE KEY-----\s*$/;

/** `version 0, rsaEncryption`: what PKCS#8 (RFC 5208) writes in front of a PKCS#1 key (RFC 8017). */
const rsaHead = [
  ...[0x02, 0x01, 0x00, 0x30, 0x0d, 0x06, 0x09],
  ...[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00],
];

/**
 * The private key of an App, from PEM as PKCS#1 or PKCS#8; Web Crypto itself takes only PKCS#8. Line breaks
 * may have become `\n` in an environment variable.
 *
 * @throws PlatformError `validation`, without the key in its message
 */
export async function appKey(pem: string): Promise<CryptoKey> {
  const text = pem.replaceAll("\\n", "\n");
  try {
    const inner = pkcs1.exec(text)?.[1];
    return await importPKCS8(inner === undefined ? text.trim() : pkcs8From(inner), "RS256");
  } catch {
    const message = "the App's private key is no PEM of an RSA key";
    throw new PlatformError({ kind: "validation", operation: "app key", message });
  }
}

function pkcs8From(base64: string): string {
  const key = [...atob(base64.replace(/\s/g, ""))].map((char) => char.charCodeAt(0));
  const octets = [0x04, ...lengthOf(key.length), ...key];
  const body = [...rsaHead, ...octets];
  const whole = [0x30, ...lengthOf(body.length), ...body];
  const encoded = btoa(whole.map((byte) => String.fromCharCode(byte)).join(""));
  return `-----BEGIN PRIVATE KEY-----\n${encoded}\n-----END PRIVATE KEY-----`;
}

/** A length in DER (X.690): short below 128, else the count of its bytes in front. */
function lengthOf(length: number): number[] {
  if (length < 0x80) return [length];
  return length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
}
