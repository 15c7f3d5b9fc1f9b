import Anthropic from "@anthropic-ai/sdk";
import type { AnswerLimits } from "../../ports/provider.ts";
import { answerLimitsDefault, limitedFetch } from "../_shared/answer-limits.ts";

const anthropicBaseUrl = "https://api.anthropic.com";

export interface ClientOptions {
  readonly apiKey: string;
  /** Without `/v1`; null for Anthropic itself. */
  readonly baseUrl: string | null;
  readonly fetch: typeof globalThis.fetch;
  /** Where others than the defaults are wanted. */
  readonly limits?: Partial<AnswerLimits>;
}

/**
 * The SDK's client without a will of its own: no retries, no log, no telemetry, nothing from the
 * environment's keys.
 */
export function anthropicClient(options: ClientOptions): Anthropic {
  // Out of its object, because workerd refuses its fetch when it is called as a method of something else.
  const { fetch } = options;
  const limits = { ...answerLimitsDefault, ...options.limits };
  return new Anthropic({
    apiKey: options.apiKey,
    baseURL: (options.baseUrl ?? anthropicBaseUrl).replace(/\/+$/, ""),
    fetch: limitedFetch((input, init) => fetch(input, init), limits),
    // The router is the only retry loop, and the SDK would obey a retry-after of hours.
    maxRetries: 0,
    timeout: limits.firstByteMs,
    // It would write whole answers to the console when they do not parse.
    logLevel: "off",
    openTelemetry: false,
  });
}
