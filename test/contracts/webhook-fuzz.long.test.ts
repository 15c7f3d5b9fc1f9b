import { expect, test } from "vitest";
import { fuzzWebhooks } from "./webhook-fuzz.ts";

/** Of each platform; together the 100,000 that are promised. */
const runs = 50_000;
/** Half a minute on a slow machine. */
const timeoutMs = 300_000;

test.each(["github", "gitea"] as const)(
  "%s: of 50,000 broken payloads none throws, and only a person's start or order anything",
  { timeout: timeoutMs },
  (platform) => {
    const { webhooks, malformed, starts, orders, left } = fuzzWebhooks(platform, runs);
    for (const count of [webhooks, malformed, starts, orders, left]) expect(count).toBeGreaterThan(100);
  },
);
