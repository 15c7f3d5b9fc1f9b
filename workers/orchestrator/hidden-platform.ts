import { redactDeep } from "@tamma/core/engine/redact.ts";
import { PlatformError } from "@tamma/core/ports/platform.ts";
import type { PlatformRepository } from "@tamma/core/ports/platform-repository.ts";

type Hide = (text: string) => string;

/**
 * The repository, whose answers and errors hold none of our secrets: a platform may say back what it was
 * sent, and what it says is stored, logged and posted in many places.
 *
 * @param learn is told what runners are let in with, which is to be hidden from then on
 */
export function hiddenPlatform(
  repository: PlatformRepository,
  hide: Hide,
  learn: (secret: string) => void = () => {},
): PlatformRepository {
  return {
    capabilities: repository.capabilities,
    codeHost: hidden(repository.codeHost, hide),
    issues: hidden(repository.issues, hide),
    ci: hidden(repository.ci, hide),
    reading: hidden(repository.reading, hide),
    runs: hidden(repository.runs, hide),
    setup: hidden(repository.setup, hide),
    gitAccess: async (right) => {
      const access = await withoutSecrets(hide, () => repository.gitAccess(right));
      learn(access.password);
      return access;
    },
  };
}

/** Every method of a port answers with plain data, later. */
function hidden<Port extends object>(port: Port, hide: Hide): Port {
  return new Proxy(port, {
    get: (target, name) => {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== "function") return method;
      return (...given: unknown[]) =>
        withoutSecrets(hide, async () => redactDeep(await Reflect.apply(method, target, given), hide));
    },
  });
}

/** @throws PlatformError with the same meaning; what is no such error is a fault of ours and passes */
export async function withoutSecrets<T>(hide: Hide, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    if (!(thrown instanceof PlatformError) || hide(thrown.message) === thrown.message) throw thrown;
    const { kind, operation, retryAt } = thrown;
    // Without its cause, which may say the same.
    const message = hide(thrown.message.slice(`${operation}: `.length));
    throw new PlatformError({ kind, operation, message, retryAt });
  }
}
