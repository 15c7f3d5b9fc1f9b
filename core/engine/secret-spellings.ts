/** Anything shorter is also an ordinary word, and would make logs unreadable. */
const secretCharsMin = 8;
/** Of a longer one, as private keys are, only what stands on one line is looked for in hex and base64. */
const foldedCharsMax = 400;
/** Lines of a secret that are shorter than this are no secret of their own. */
const lineCharsMin = 16;

/**
 * Sources of regular expressions that find a secret however programs print it: as it is, its lines,
 * backwards, in base64 at each of the three offsets (also base64url, also wrapped into lines),
 * in hex (also with
 * separators), percent-encoded, and escaped for JSON and HTML. Empty for a value too short to be looked for.
 */
export function spellingsOf(secret: string): string[] {
  if (secret.length < secretCharsMin) return [];
  if (secret.length > foldedCharsMax) return literalSpellings(secret).map(literal);
  const bytes = new TextEncoder().encode(secret);
  const hex = hexOf(bytes);
  return [
    ...new Set(plainSpellings(secret).map(literal)),
    ...[0, 1, 2].flatMap((shift) => base64Inside(bytes, shift)),
    hex.map(eitherCase).join("[ :,-]?(?:0x|\\\\x|%)?"),
  ];
}

/**
 * The same spellings as texts, where they can be written down: hex without separators, base64 on one line.
 * Whoever looks for the beginning of a secret compares letters.
 */
export function literalSpellings(secret: string): string[] {
  if (secret.length < secretCharsMin) return [];
  const bytes = new TextEncoder().encode(secret);
  const hex = hexOf(bytes).join("");
  const base64 = [
    btoa(String.fromCharCode(...bytes)),
    ...[0, 1, 2].map((shift) => lettersInside(bytes, shift).inside),
  ];
  const urlSafe = base64.map((text) => text.replaceAll("+", "-").replaceAll("/", "_"));
  const all = [...plainSpellings(secret), hex, hex.toUpperCase(), ...base64, ...urlSafe];
  return [...new Set(all)].filter((text) => text.length >= secretCharsMin);
}

function hexOf(bytes: Uint8Array): string[] {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0"));
}

function plainSpellings(secret: string): string[] {
  // A key of several lines comes through a log line by line.
  const lines = secret.includes("\n")
    ? secret.split(/\r?\n/).filter((line) => line.length >= lineCharsMin)
    : [];
  const encoded = encodeURIComponent(secret);
  const json = JSON.stringify(secret).slice(1, -1);
  const plain = [
    secret,
    ...lines,
    [...secret].reverse().join(""),
    encoded,
    encoded.replaceAll("%20", "+"),
    encoded.replace(/%[0-9A-F]{2}/g, (byte) => byte.toLowerCase()),
    json,
    JSON.stringify(json).slice(1, -1),
    json.replaceAll("/", "\\/"),
    htmlOf(secret),
  ];
  return plain.filter((text) => text.length >= secretCharsMin);
}

/**
 * The letters that depend on the secret's bytes alone, when it begins `shift` bytes into a group of three;
 * `-` and `_` count as `+` and `/`, and lines may end anywhere.
 */
function base64Inside(bytes: Uint8Array, shift: number): string[] {
  const { text, inside, whole } = lettersInside(bytes, shift);
  if (inside.length < secretCharsMin) return [];
  const letters = [...inside].map((letter) => ({ "+": "[+-]", "/": "[/_]" })[letter] ?? letter);
  // A line ends as itself or as the two letters that JSON writes for it.
  const ends = "(?:(?:\\\\r)?\\\\n|\\r?\\n[ \\t>]*)?";
  // The letter behind it holds the secret's last bits; when nothing follows the secret, it is this one.
  const tail = text.slice(whole).replace(/[+/]/, (letter) => `[${letter === "+" ? "+-" : "/_"}]`);
  return [`${letters.join(ends)}(?:${tail}={0,2}|[A-Za-z0-9+/_-]={1,2})?`];
}

/** Base64 of the bytes behind `shift` others, and of it the letters that those others do not change. */
function lettersInside(bytes: Uint8Array, shift: number): { text: string; inside: string; whole: number } {
  const padded = new Uint8Array(shift + bytes.length);
  padded.set(bytes, shift);
  const text = btoa(String.fromCharCode(...padded)).replace(/=+$/, "");
  const whole = Math.floor(((shift + bytes.length) * 8) / 6);
  return { text, inside: text.slice(Math.ceil((shift * 8) / 6), whole), whole };
}

function eitherCase(pair: string): string {
  return [...pair]
    .map((digit) => (/[a-f]/.test(digit) ? `[${digit}${digit.toUpperCase()}]` : digit))
    .join("");
}

function htmlOf(text: string): string {
  const named: Record<string, string> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&#39;",
  };
  return text.replace(/[&<>"']/g, (letter) => named[letter] ?? "");
}

function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&");
}
