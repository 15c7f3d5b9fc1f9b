import type { Capabilities } from "../../domain/platform/capabilities.ts";
import { PlatformError } from "../../ports/platform.ts";

/** What a platform cannot do. `instead`: what Tamma does then, as a sentence. */
export function unsupported(
  operation: string,
  capability: keyof Capabilities,
  instead: string,
): PlatformError {
  return new PlatformError({ kind: "unsupported", operation, message: `no ${capability} here. ${instead}` });
}
