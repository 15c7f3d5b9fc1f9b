import { redactor } from "@tamma/core/engine/redact.ts";

/** Variables of the environment whose values are nobody's business. */
const secretName = /(KEY|TOKEN|SECRET|PASSWORD|PASSPHRASE|CREDENTIAL)S?$/i;

/** Takes out the secrets of the environment, those in `more`, and everything that has the shape of a key. */
export function tapeRedactor(env: NodeJS.ProcessEnv, more: readonly string[] = []): (text: string) => string {
  const named = Object.entries(env).flatMap(([name, value]) => (secretName.test(name) ? [value] : []));
  return redactor([...named, ...more]).text;
}
