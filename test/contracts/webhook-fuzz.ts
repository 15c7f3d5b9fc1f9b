import { intake, triggerLabel } from "@tamma/core/domain/platform/intake.ts";
import { speechIn } from "@tamma/core/domain/platform/speech.ts";
import type { PlatformUser } from "@tamma/core/domain/platform/webhook.ts";
import { webhookSources } from "@tamma/core/platforms/webhooks.ts";
import type { WebhookPlatform } from "@tamma/core/ports/webhook.ts";
import fc from "fast-check";
import { expect } from "vitest";
import { moments } from "./webhook-payloads.ts";

/** Whoever Tamma is on the platform: nobody in the samples. */
const account: PlatformUser = { id: "99", login: "tamma-bot", bot: false };
const own = { id: 99, login: "tamma-bot" };
const robot = { id: 50, login: "renovate[bot]", type: "Bot" };
const mark = "<!-- tamma:key l%231.sticky -->\n\n";

/** How often the payloads came to what the property is about: a fuzz that reaches nothing proves nothing. */
export interface Reached {
  webhooks: number;
  malformed: number;
  starts: number;
  orders: number;
  /** Read in full, and left alone because a program or Tamma itself did it. */
  left: number;
}

type Path = readonly string[];
/** What happens to one place of a payload. A place is the `n`th that fits, counted around. */
type Change = { n: number; at: "any" | "user" | "text" } & (
  | { how: "drop" }
  | { how: "put"; value: unknown }
  | { how: "add"; key: string; value: unknown }
);

const names = ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "type", "is_pull"];
const texts = [
  ...[
    "/tamma start",
    "/tamma approve\n/tamma stop",
    "> /tamma stop",
    "```\n/tamma stop\n```",
    "@tamma-bot go",
  ],
  ...[
    `${mark}/tamma approve`,
    "\ud800",
    "\u202e/tamma stop",
    "\u0000",
    "e\u0301".repeat(500),
    "`".repeat(3_000),
  ],
  ...["", "Bot", "created", "closed", "refs/heads/tamma/5", "0".repeat(40), "9".repeat(400)],
];
const numbers = [-1, 0, 0.5, 2 ** 31, 2 ** 53, Number.MAX_SAFE_INTEGER, 1e308, -1e-300];

function nested(depth: number): unknown {
  let value: unknown = { id: 1 };
  for (let n = 0; n < depth; n += 1) value = n % 2 === 0 ? [value] : { labels: value };
  return value;
}

const values = fc.oneof(
  fc.constantFrom<unknown>(null, true, false, [], {}, ...numbers),
  fc.constantFrom<unknown>(...texts, ...names),
  fc.constantFrom<unknown>(nested(40), nested(1_000), [own], [{ name: triggerLabel }]),
  fc.string({ unit: "binary", maxLength: 60 }),
  fc.jsonValue({ maxDepth: 3 }),
);
const users = fc.constantFrom<unknown>(robot, own, { ...own, type: "Bot" }, { id: 8, login: "eve" }, null);
const n = fc.nat({ max: 200 });
const changes: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ n, at: fc.constant("any" as const), how: fc.constant("drop" as const) }),
  fc.record({ n, at: fc.constant("any" as const), how: fc.constant("put" as const), value: values }),
  fc.record({ n, at: fc.constant("user" as const), how: fc.constant("put" as const), value: users }),
  fc.record({
    ...{ n, at: fc.constant("text" as const), how: fc.constant("put" as const) },
    value: fc.constantFrom<unknown>(...texts),
  }),
  fc.record({
    ...{ n, at: fc.constant("any" as const), how: fc.constant("add" as const) },
    ...{ key: fc.constantFrom(...names), value: values },
  }),
);

const userNames = ["sender", "user", "author", "assignee"];

function placesIn(payload: unknown, at: Change["at"]): Path[] {
  const places: Path[] = [];
  const walk = (part: unknown, path: Path): void => {
    if (typeof part !== "object" || part === null || path.length > 6) return;
    for (const [key, inner] of Object.entries(part)) {
      const fits = at === "any" || (at === "user" ? userNames.includes(key) : key === "body");
      if (fits) places.push([...path, key]);
      walk(inner, [...path, key]);
    }
  };
  walk(payload, []);
  return places;
}

/** Names are set as JSON sets them: "__proto__" is a name like any other. */
function set(part: object, key: string, value: unknown): void {
  Object.defineProperty(part, key, {
    value: structuredClone(value),
    enumerable: true,
    configurable: true,
    writable: true,
  });
}

function changed(sample: object, all: readonly Change[]): unknown {
  const payload = structuredClone(sample);
  for (const change of all) {
    const places = placesIn(payload, change.at);
    const place = places[change.n % Math.max(1, places.length)];
    if (!place) continue;
    let part = payload as Record<string, unknown>;
    for (const key of place.slice(0, -1)) part = part[key] as Record<string, unknown>;
    const key = place.at(-1) ?? "";
    if (change.how === "drop") delete part[key];
    else if (change.how === "put") set(part, key, change.value);
    else
      set(typeof part[key] === "object" && part[key] !== null ? part[key] : part, change.key, change.value);
  }
  return payload;
}

type Sample = { event: string; payload: object };

/** The same moment, brought about by a program, or by Tamma itself with its mark in the text. */
function byOthers({ event, payload }: Sample): Sample[] {
  const said = "comment" in payload ? (payload.comment as object) : null;
  return [
    { event, payload: { ...payload, sender: robot, ...(said ? { comment: { ...said, user: robot } } : {}) } },
    ...(said
      ? [{ event, payload: { ...payload, comment: { ...said, user: own, body: `${mark}/tamma approve` } } }]
      : []),
  ];
}

interface Raw {
  action?: unknown;
  sender?: { type?: unknown };
  issue?: { state?: unknown };
  comment?: { user?: { id?: unknown; type?: unknown } | null; body?: unknown };
}

/**
 * Sends `runs` payloads, the samples and what is made of them, through reading, intake and speech as a
 * delivery does. Fails when anything throws, or when a loop or an order comes from what no person did anew.
 */
export function fuzzWebhooks(platform: WebhookPlatform, runs: number): Reached {
  const source = webhookSources[platform];
  const told = moments.flatMap((moment) => moment[platform] ?? []);
  const samples = [...told, ...told.flatMap(byOthers)];
  const events = [...new Set(samples.map(({ event }) => event)), ...names];
  const reached: Reached = { webhooks: 0, malformed: 0, starts: 0, orders: 0, left: 0 };
  const isProgram = (user: { type?: unknown } | null | undefined) =>
    platform === "github" && user?.type === "Bot";

  function take(event: string, sent: unknown): void {
    // As text, as it arrives.
    const payload: unknown = JSON.parse(JSON.stringify(sent) ?? "null");
    const reading = source.read(event, payload);
    expect(Object.keys(reading)).toHaveLength(1);
    if ("malformed" in reading) reached.malformed += 1;
    if (!("webhook" in reading)) return;
    reached.webhooks += 1;
    const raw = payload as Raw;
    const asked = intake(reading.webhook, account);
    if ("ignored" in asked) {
      if (/program|Tamma wrote/.test(asked.ignored)) reached.left += 1;
      return;
    }
    if (asked.ask === "start") {
      reached.starts += 1;
      expect([isProgram(raw.sender), raw.issue?.state], JSON.stringify(raw)).toEqual([false, "open"]);
    }
    if (asked.ask !== "hear") return;
    const { user, body } = raw.comment ?? {};
    const byTamma = user?.id === own.id && String(body).startsWith(mark);
    expect([raw.action, isProgram(user), byTamma], JSON.stringify(raw)).toEqual(["created", false, false]);
    if (speechIn(asked.comment.body, asked.on, account.login).says === "orders") reached.orders += 1;
  }

  const sample = fc.constantFrom(...samples);
  const made = fc.oneof(
    { weight: 9, arbitrary: fc.tuple(sample, fc.array(changes, { maxLength: 4 }), fc.constant(null)) },
    {
      weight: 1,
      arbitrary: fc.tuple(sample, fc.array(changes, { maxLength: 4 }), fc.constantFrom(...events)),
    },
  );
  fc.assert(
    fc.property(made, ([{ event, payload }, all, other]) => take(other ?? event, changed(payload, all))),
    { numRuns: runs },
  );
  return reached;
}
