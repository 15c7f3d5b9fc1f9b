/** Anything shorter is also an ordinary word, and would make texts unreadable. */
const secretCharsMin = 8;

/**
 * A secret as programs print it: as it is, as base64, base64url and hex, in an address, and in JSON. Empty
 * for what is too short to be told from ordinary words.
 */
export function spellingsOf(secret: string): string[] {
  if (secret.length < secretCharsMin) return [];
  const bytes = Buffer.from(secret, "utf8");
  const hex = bytes.toString("hex");
  // Base64 of a text that only contains the secret depends on where in the group of three it begins.
  const base64 = [0, 1, 2].map((shift) => base64Inside(bytes, shift));
  // A key of several lines comes through a log line by line.
  const lines = secret.includes("\n") ? secret.split(/\r?\n/).filter((line) => line.length >= 16) : [];
  const all = [
    secret,
    ...lines,
    // With its end as it stands alone, and the letters that are the same wherever it stands.
    bytes.toString("base64"),
    ...base64,
    ...base64.map((text) => text.replaceAll("+", "-").replaceAll("/", "_")),
    hex,
    hex.toUpperCase(),
    encodeURIComponent(secret),
    encodeURIComponent(secret).replaceAll("%20", "+"),
    JSON.stringify(secret).slice(1, -1),
  ];
  return all.filter((text) => text.length >= secretCharsMin);
}

/**
 * The letters that depend on the secret's bytes alone, when it begins `shift` bytes into a group of three.
 */
function base64Inside(bytes: Buffer, shift: number): string {
  const text = Buffer.concat([Buffer.alloc(shift), bytes])
    .toString("base64")
    .replace(/=+$/, "");
  const whole = Math.floor(((shift + bytes.length) * 8) / 6);
  return text.slice(Math.ceil((shift * 8) / 6), whole);
}
