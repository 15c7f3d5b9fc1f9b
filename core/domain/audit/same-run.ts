import { between } from "./diff.ts";
import { withoutVolatile } from "./volatile-text.ts";

/** An event as surfaces give it: what happened, by whom, with what. */
export interface RunEvent {
  type: string;
  actor: string;
  payload: Record<string, unknown>;
}

/**
 * Fields of events whose values differ between two runs of the same loop without meaning anything, each
 * with the reason. Everything else must be the same.
 */
export const volatileFields: Readonly<Record<string, string>> = {
  at: "the time of day",
  deadline: "a time",
  until: "a time",
  notBefore: "a time",
  ms: "how long a command took",
  latencyMs: "how long the model took",
  log: "a log tells times and folders",
  context: "the survey tells the last commits, whose ids hold times",
  message: "what a failing test printed tells folders, and is cut at a number of letters",
  tools: "what is installed on the machine",
  protection: "what the machine offers around commands",
  reserved: "the worst cost follows from the length of the request, and that from the length of paths",
};

/** Ids that are new in every run. The same id has the same name throughout: what belongs together must. */
const named: readonly { what: string; pattern: RegExp }[] = [
  { what: "commit", pattern: /^[0-9a-f]{40}$/ },
  { what: "runner", pattern: /^(?:runner )?r-[0-9a-f]{16}$/ },
];

/** A difference that means something: the place, and what stands there in each run. */
export interface RunDifference {
  /** Number of the event, 1 for the first. */
  seq: number;
  type: string;
  /** JSON Pointer into `{ type, actor, payload }`. */
  field: string;
  one: unknown;
  other: unknown;
}

/** The first place where two runs differ in what they mean; null when they are the same loop. */
export function firstDifference(one: readonly RunEvent[], other: readonly RunEvent[]): RunDifference | null {
  const [a, b] = [comparable(one), comparable(other)];
  for (let n = 0; n < Math.max(a.length, b.length); n += 1) {
    const differences = between(a[n] ?? null, b[n] ?? null);
    // Of two events that have nothing to do with each other only the type is worth telling.
    const found = differences.find(({ path }) => path === "/type") ?? differences[0];
    if (!found) continue;
    const type = (one[n] ?? other[n])?.type ?? "";
    return { seq: n + 1, type, field: found.path, one: found.before ?? null, other: found.after ?? null };
  }
  return null;
}

/** The events with everything volatile replaced by a name for it. */
export function comparable(events: readonly RunEvent[]): unknown[] {
  const names = namesOf(events);
  return events.map(({ type, actor, payload }) => ({
    type,
    actor: names(actor),
    payload: replace(payload, names),
  }));
}

/** A string by the name that its id has in this run. */
function namesOf(events: readonly RunEvent[]): (text: string) => string {
  const { loop, repository, people, trees } = ownNames(events);
  const given = new Map<string, string>();
  const counts = new Map<string, number>();
  const nameOf = (what: string, id: string) => {
    const known = given.get(id);
    if (known !== undefined) return known;
    const n = (counts.get(what) ?? 0) + 1;
    counts.set(what, n);
    given.set(id, `<${what} ${n}>`);
    return `<${what} ${n}>`;
  };
  return (text) => {
    // A tree follows from its content alone, so it is compared as it is.
    if (trees.has(text)) return text;
    const id = named.find(({ pattern }) => pattern.test(text));
    if (id) return nameOf(id.what, text.replace(/^runner /, ""));
    const person = /^(?:person )?(.*)$/s.exec(text)?.[1] ?? "";
    if (people.has(person)) return nameOf("person", person);
    const own = [loop, encodeURIComponent(loop)].reduce(
      (rest, each) => (each === "" ? rest : rest.replaceAll(each, "<loop>")),
      text,
    );
    return withoutVolatile(repository === "" ? own : own.replaceAll(repository, "<repository>"));
  };
}

/** What this run calls its loop, its repository and its people; and the trees in it. */
function ownNames(events: readonly RunEvent[]) {
  const start = events.find((event) => event.type === "LoopStarted")?.payload ?? {};
  const repository = (start.repository ?? {}) as { id?: string };
  const people = new Set<string>();
  const trees = new Set<string>();
  const look = (value: unknown, key: string): void => {
    if (typeof value === "string" && key === "tree") trees.add(value);
    if (typeof value !== "object" || value === null) return;
    if ("authenticated" in value && "id" in value) people.add(String(value.id));
    for (const [name, member] of Object.entries(value)) look(member, name);
  };
  for (const { payload } of events) look(payload, "");
  return { loop: String(start.loop ?? ""), repository: repository.id ?? "", people, trees };
}

function replace(value: unknown, names: (text: string) => string, key = ""): unknown {
  // Nothing, or no time at all, is the same in every run.
  if (Object.hasOwn(volatileFields, key) && value !== null && value !== 0) return `<${key}>`;
  if (typeof value === "string") return key === "url" ? addressless(names(value)) : names(value);
  if (Array.isArray(value)) return value.map((each) => replace(each, names, key));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, replace(each, names, name)]));
}

/** The server listens elsewhere in every run, and a repository lies in another folder. */
function addressless(url: string): string {
  return url.replace(/^https?:\/\/[^/]+/, "<server>").replace(/^(?:file:\/\/)?\/.*$/, "<folder>");
}
