import { CannotStart } from "./cannot-start.ts";

/** Who answers model turns, and why, for the first screen. */
export type Provider =
  | { kind: "scripted"; why: string }
  /** Anthropic itself, or what `ANTHROPIC_BASE_URL` names. */
  | { kind: "real"; why: string };

/**
 * Chooses the provider. The scripted engineer knows the sample's issues and nothing else, so it never serves
 * a repository or an issue of one's own.
 *
 * @throws CannotStart with what to do when nobody could serve
 */
export function chooseProvider(
  asked: { repo: string | null; issue: string | null },
  env: NodeJS.ProcessEnv,
): Provider {
  if (env.ANTHROPIC_BASE_URL) {
    if (!/^https?:$/.test(URL.parse(env.ANTHROPIC_BASE_URL)?.protocol ?? ""))
      throw new CannotStart(
        `ANTHROPIC_BASE_URL is "${env.ANTHROPIC_BASE_URL}", which is no http or https URL; set it to the ` +
          "server's address without /v1, for example http://127.0.0.1:8080, or unset it",
      );
    return { kind: "real", why: "ANTHROPIC_BASE_URL is set" };
  }
  if (env.ANTHROPIC_API_KEY) return { kind: "real", why: "ANTHROPIC_API_KEY is set" };
  if (asked.repo === null && asked.issue === null)
    return { kind: "scripted", why: "the sample repository is used and ANTHROPIC_API_KEY is not set" };
  throw new CannotStart(
    `${asked.repo === null ? "an issue" : "a repository"} of your own needs a model, and none is ` +
      "configured; " +
      "set ANTHROPIC_API_KEY, or ANTHROPIC_BASE_URL for a server that speaks Anthropic's protocol. " +
      "Without --repo and --issue the sample runs without a key",
  );
}
