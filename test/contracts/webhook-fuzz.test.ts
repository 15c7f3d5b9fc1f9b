import { expect, test } from "vitest";
import { fuzzWebhooks } from "./webhook-fuzz.ts";

const runs = 1_000;

test.each(["github", "gitea"] as const)(
  "%s: a payload that is broken in any way throws nothing, and only a person starts or orders",
  (platform) => {
    const { webhooks, malformed, starts, orders, left } = fuzzWebhooks(platform, runs);
    for (const count of [webhooks, malformed, starts, orders, left]) expect(count).toBeGreaterThan(0);
  },
);
