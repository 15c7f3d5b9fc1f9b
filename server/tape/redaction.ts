import { redactor } from "@tamma/core/engine/redact.ts";
import { keyBlock, secretShapes } from "@tamma/core/engine/secret-shapes.ts";

/** Variables of the environment whose values are nobody's business. */
const secretName = /(KEY|TOKEN|SECRET|PASSWORD|PASSPHRASE|CREDENTIAL)S?$/i;

/** Takes out the secrets of the environment, those in `more`, and everything that has the shape of a key. */
export function tapeRedactor(env: NodeJS.ProcessEnv, more: readonly string[] = []): (text: string) => string {
  const named = Object.entries(env).flatMap(([name, value]) => (secretName.test(name) ? [value] : []));
  const exact = redactor([...named, ...more]);
  return (text) =>
    [keyBlock, ...secretShapes].reduce((clean, shape) => clean.replace(shape, "[redacted]"), exact(text));
}
