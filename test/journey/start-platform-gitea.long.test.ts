import { afterAll, expect, test } from "vitest";
import { openDesk } from "./npm-start.ts";

const desk = openDesk();
afterAll(() => desk[Symbol.asyncDispose]());

/** What one loop may cost a platform, with the set-up of its repository. A quick one costs 54. */
const requestsBelow = 60;

interface Line {
  kind: string;
  [field: string]: unknown;
}

test("gitea: with --yes --once the sample goes from a label to a merge on a simulated platform", async () => {
  const run = await desk.run(["--platform", "gitea", "--yes", "--once", "--json"]);
  expect(run.code, run.err).toBe(0);
  const lines = run.out.split("\n").filter(Boolean);
  const told = lines.map((line) => JSON.parse(line) as Line);
  const of = (kind: string) => told.find((line) => line.kind === kind);
  expect(of("started")?.platform).toMatchObject({ name: "gitea", simulated: true });
  const end = of("end");
  expect(end).toMatchObject({ word: "merged", issue: 1, chain: { ok: true } });

  const account = of("platform") as Line & {
    issues: { comments: { by: string; says: string }[] }[];
    pulls: object[];
    webhooks: { sent: number; refused: number };
    requests: { answered: number; refused: number; byRoute: Record<string, number> };
  };
  expect(account).toMatchObject({ simulated: true, branches: { main: end?.mergeSha } });
  expect(Object.keys(account.branches as object)).toEqual(["main"]);
  expect(account.issues[0]).toMatchObject({ number: 1, state: "closed" });
  expect(account.issues[0]?.comments).toContainEqual({ by: "tally", says: "/tamma approve" });
  expect(account.pulls).toMatchObject([
    {
      ...{ number: 5, state: "closed", merged: { sha: end?.mergeSha, by: "tamma-bot" } },
      checks: expect.arrayContaining(["CI / build: success"]),
      comments: expect.arrayContaining([{ by: "tally", says: "/tamma approve" }]),
    },
  ]);
  expect(account.webhooks.sent).toBeGreaterThan(0);
  expect(account.webhooks.refused).toBe(0);
  const { answered, refused, byRoute } = account.requests;
  expect(answered).toBeGreaterThan(0);
  expect(answered + refused, JSON.stringify(byRoute)).toBeLessThan(requestsBelow);
  expect(desk.left()).toEqual([]);
});
