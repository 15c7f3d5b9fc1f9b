import { test } from "vitest";
import type { Bug } from "./bug.ts";
import { hunted } from "./hunted.ts";

/** One process per bug; the slowest looks at every state of the repository. */
const huntMsMax = 60_000;

/** One after another: each test file has a core to itself. */
export function huntInTests(bugs: readonly Bug[]): void {
  test.each(bugs.filter(({ slow }) => !slow).map((bug) => [bug.name, bug] as const))(
    "%s is caught",
    async (name, { does }) => {
      const { caught, passed } = await hunted("short", name);
      if (caught.length > 0) return;
      const looked = passed.map(({ by, looked }) => `${by}: ${looked}`).join(", ");
      throw new Error(`nothing sees that ${does} (${looked})`);
    },
    huntMsMax,
  );
}
