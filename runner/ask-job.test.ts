import { expect, test } from "vitest";
import { jobAsker } from "./ask-job.ts";
import type { Lease } from "./client.ts";

type Asked = Parameters<Parameters<typeof jobAsker>[0]["client"]["lease"]>[0];

const leased = (job: string, fence: number) => ({ job, fence }) as Lease;

/** A server that gives these answers in order; null for "no job", an error for a cut. */
function asking(...answers: (Lease | null | Error)[]) {
  const requests: Asked[] = [];
  const told: string[][] = [];
  let gone = ["i-dead"];
  const lease = async (request: Asked) => {
    requests.push({ ...request, received: [...request.received] });
    const answer = answers.shift() ?? null;
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const instance = {
    id: "i-1",
    gone: () => gone,
    told: (names: readonly string[]) => {
      told.push([...names]);
      gone = [];
    },
  };
  const ending = new AbortController().signal;
  return { ask: jobAsker({ client: { lease }, instance, labels: [], tools: {}, ending }), requests, told };
}

test("each request says which process asks and what has reached it", async () => {
  const { ask, requests } = asking(leased("j1", 1), leased("j1", 2), null);
  expect([await ask(null, 0), await ask("loop", 5), await ask(null, 0)]).toMatchObject([
    { job: "j1", fence: 1 },
    { job: "j1", fence: 2 },
    null,
  ]);
  expect(requests.map(({ instance, received }) => ({ instance, received }))).toEqual([
    { instance: "i-1", received: [] },
    { instance: "i-1", received: ["j1:1"] },
    { instance: "i-1", received: ["j1:1", "j1:2"] },
  ]);
});

test("the same lease twice, because two places asked at once, is done once", async () => {
  const { ask } = asking(leased("j1", 1), leased("j1", 1));
  expect([await ask(null, 0), await ask(null, 0)]).toMatchObject([{ job: "j1" }, null]);
});

test("processes that are gone are reported until the server has heard of them", async () => {
  const { ask, requests, told } = asking(new Error("cut"), null, null);
  await expect(ask(null, 0)).rejects.toThrow("cut");
  expect(told).toEqual([]);
  await ask(null, 0);
  await ask(null, 0);
  expect(requests.map((request) => request.gone)).toEqual([["i-dead"], ["i-dead"], []]);
});
