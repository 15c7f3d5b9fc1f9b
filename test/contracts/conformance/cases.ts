import type { Capabilities } from "@tamma/core/domain/platform/capabilities.ts";
import { PlatformError } from "@tamma/core/ports/platform.ts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Ground, Need, World } from "./world.ts";

export type Capability = Exclude<keyof Capabilities, "platform" | "version">;

/** What a case is about. */
interface About {
  /**
   * The case works where the platform has this; where it has not, the same calls have to end in a typed
   * `unsupported` that names it and says what is done instead.
   */
  readonly asks?: Capability;
  /** Capabilities that the case shows to be as they are told, whatever they are. */
  readonly shows?: readonly Capability[];
  readonly needs?: readonly Need[];
}

export type CaseOf = (title: string, about: About, body: (world: World) => Promise<unknown>) => void;

/** Capabilities that cases of a place are about, by its title. */
const met = new Map<string, Set<Capability>>();

/** Cases that share one world. What a place lacks is skipped, and the title says why. */
export function part(ground: Ground, name: string, tell: (caseOf: CaseOf) => void): void {
  describe(`${ground.title}: ${name}`, () => {
    let world: World | null = null;
    let opened = false;
    beforeAll(async () => {
      world = await ground.open();
      opened = true;
    }, ground.caseMs);
    afterAll(async () => {
      if (opened) await world?.[Symbol.asyncDispose]();
    }, ground.caseMs);
    tell((title, about, body) => {
      const why = about.needs?.map((need) => ground.lacks(need)).find((lack) => lack !== null);
      if (why) return void test.skip(`${title} (skipped: ${why})`, () => {});
      note(ground, about);
      test(
        title,
        async () => {
          if (world === null) throw new Error("the world did not open");
          const { asks } = about;
          if (asks === undefined || has(world.forge.capabilities, asks)) return void (await body(world));
          const error = await failure(body(world));
          expect(error.kind, error.message).toBe("unsupported");
          // The capability by its name, and what is done instead as a sentence.
          expect(error.message).toMatch(new RegExp(`: no ${asks} here\\. [A-Z].+\\.$`));
        },
        ground.caseMs,
      );
    });
  });
}

function note(ground: Ground, { asks, shows = [] }: About): void {
  const all = met.get(ground.title) ?? new Set();
  for (const one of [...shows, ...(asks === undefined ? [] : [asks])]) all.add(one);
  met.set(ground.title, all);
}

/** Capabilities that the cases of this place, told so far, are about. */
export function metBy(ground: Ground): ReadonlySet<Capability> {
  return met.get(ground.title) ?? new Set();
}

/** Whether the platform has it at all. */
export function has(capabilities: Capabilities, name: Capability): boolean {
  const value = capabilities[name];
  if (Array.isArray(value)) return value.length > 0;
  return value !== false && value !== "none";
}

/** The error of work that must fail, which is always the port's own. */
export async function failure(work: Promise<unknown>): Promise<PlatformError> {
  const thrown = await work.then(
    () => expect.fail("it did not fail"),
    (error: unknown) => error,
  );
  if (thrown instanceof PlatformError) return thrown;
  throw thrown;
}

/**
 * What `work` answers, as soon as the platform does not say "later" any more: a real one looks at a pull
 * request in its own time, and merges nothing before.
 */
export async function settled<T>({ patienceMs }: World, work: () => Promise<T>): Promise<T> {
  const until = Date.now() + patienceMs;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const later = error instanceof PlatformError && ["transient", "conflict"].includes(error.kind);
      if (!later || Date.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
