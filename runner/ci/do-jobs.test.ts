import { join } from "node:path";
import type { JobResult } from "@tamma/core/domain/loop/jobs.ts";
import { redactor } from "@tamma/core/engine/redact.ts";
import type { LoopStanding } from "@tamma/core/protocol/runner.ts";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readLog } from "../../test/ci/log.ts";
import { ensureKey } from "../client/identity.ts";
import { runnerClient } from "../client.ts";
import { plainLimits } from "../sandbox/plain-limits.ts";
import { refOf, remove, temporaryFolder } from "../testing/repository.ts";
import { answer, cut, type Route, wireServer } from "../testing/server.ts";
import { doJobs, type RunOptions } from "./do-jobs.ts";
import { workflowLog } from "./workflow-commands.ts";

let folder: string;
let close: (() => Promise<unknown>) | undefined;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(async () => {
  await close?.();
  remove(folder);
});

const loop = "local/repo/1#1";
const sha = "a".repeat(40);
const done: JobResult = { kind: "open", result: { outcome: "done", base: sha, head: sha } };
const standing = (change: Partial<LoopStanding>): LoopStanding => ({
  ...{
    loop,
    word: "running",
    url: "http://tamma.test/app/loops/1",
    steps: [],
    ask: null,
    job: null,
    reason: null,
  },
  issue: { number: 1, title: "Fix it", url: "http://tamma.test/1" },
  ...change,
});

/** A server with one job; then the loop stands as it is told. `special` may answer first. */
async function bench(special: Route = () => undefined) {
  const { privateKey, publicKey } = ensureKey(join(folder, "key.pem"));
  const ending = new AbortController();
  const handBack = new AbortController();
  let given = false;
  let written = "";
  const server = await wireServer(publicKey, (call, response) => {
    if (special(call, response)) return true;
    if (call.path.includes("/loops/"))
      return answer(response, 200, standing(given ? { word: "needs you" } : { word: "running" }));
    if (call.path.endsWith("/heartbeat")) return answer(response, 200, { continue: true, reason: null });
    if (call.path.endsWith("/log"))
      return answer(response, 200, { next: Number(call.json().offset) + String(call.json().text).length });
    if (call.path.endsWith("/result")) return answer(response, 200, { accepted: true, already: false });
    if (!call.path.endsWith("/lease")) return false;
    if (given) return answer(response, 204);
    given = true;
    const spec = { kind: "open", branch: "tamma/1", from: "main", message: "m" };
    const issue = { number: 1, title: "Fix it" };
    return answer(response, 200, {
      ...{ job: `${loop}~j1`, fence: 4, loop, issue, repository: refOf("/nowhere"), spec },
      ...{ leaseMs: 60_000, heartbeatMs: 20 },
    });
  });
  close = server.close;
  const options: RunOptions = {
    client: runnerClient({ runner: "r", server: server.url, privateKey }, fetch),
    runJob: async (_, context) => {
      context.log("working\n::error::not ours\n");
      return done;
    },
    instance: { id: "i-1", gone: () => [], told: () => {} },
    work: join(folder, "work"),
    redactor: redactor([]),
    enclosure: plainLimits,
    ...{ secret: "key", labels: [], tools: {}, say: () => {} },
    ...{ ending: ending.signal, handBack: handBack.signal },
    loop: () => loop,
    onlyKinds: ["open", "publish"],
    log: workflowLog({ GITHUB_ACTIONS: "true" }, (text) => {
      written += text;
    }),
    env: {},
  };
  return { options, server, ending, handBack, log: () => readLog(written) };
}

test("a run does its loop's jobs, only of its kinds, and ends when a person is needed", async () => {
  const { options, server, log } = await bench();
  const end = await doJobs(options);
  expect(end).toMatchObject({ ok: true, waitsFor: "person", standing: { word: "needs you" } });
  expect(end.jobs).toEqual([{ kind: "open", outcome: "done", ms: expect.any(Number) }]);
  const asked = server.calls.filter(({ path }) => path.endsWith("/lease"));
  expect(asked[0]?.json()).toMatchObject({ loop, kinds: ["open", "publish"] });
  expect([log().groups, log().annotations, log().faults]).toEqual([["open for #1 Fix it"], [], []]);
  expect(log().shown).toContain("working\n::error::not ours\n");
});

test("a server that is cut off for a moment does not end the run", async () => {
  let cuts = 3;
  const { options, log } = await bench((call, response) =>
    call.path.includes("/loops/") && cuts-- > 0 ? cut(response) : undefined,
  );
  expect(await doJobs(options)).toMatchObject({ ok: true, waitsFor: "person" });
  expect(log().shown.match(/does not answer/g)).toHaveLength(1);
});

test("a server that does not let the run in ends it with the server's reason", async () => {
  const detail = "this run is not let in: it was told to end";
  const { options } = await bench((call, response) =>
    call.path.endsWith("/lease") ? answer(response, 403, { detail, todo: "look there" }) : undefined,
  );
  await expect(doJobs(options)).rejects.toThrow(`refused with 403: ${detail}; look there`);
});

test("told to end, a run hands its job back and says so", async () => {
  const { options, server, ending, handBack } = await bench();
  const end = await doJobs({
    ...options,
    runJob: (_, context) =>
      new Promise((_resolve, reject) => {
        context.signal.addEventListener("abort", () => reject(context.signal.reason), { once: true });
        ending.abort();
        handBack.abort(new Error("the runner ends"));
      }),
  });
  expect(end).toMatchObject({ ok: true, waitsFor: "machine", why: "this run was told to end" });
  const result = server.calls.find(({ path }) => path.endsWith("/result"))?.json();
  expect(result).toMatchObject({ fence: 4, result: { kind: "open", result: { outcome: "stopped" } } });
});
