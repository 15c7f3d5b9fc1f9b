import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { JobResult, JobSpec } from "@tamma/core/domain/loop/jobs.ts";
import { redactor } from "@tamma/core/engine/redact.ts";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ensureKey } from "./client/identity.ts";
import { runnerClient } from "./client.ts";
import type { JobContext } from "./job-context.ts";
import { plainLimits } from "./sandbox/plain-limits.ts";
import { serve, type WorkOptions } from "./serve.ts";
import { refOf, remove, temporaryFolder } from "./testing/repository.ts";
import { answer, type Route, wireServer } from "./testing/server.ts";

type Run = (spec: JobSpec, context: JobContext) => Promise<JobResult>;

let folder: string;
let close: (() => Promise<unknown>) | undefined;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(async () => {
  await close?.();
  remove(folder);
});

const job = "local/repo/1#1~j1";
const spec: JobSpec = { kind: "open", branch: "tamma/1", from: "main", message: "m" };
const leased = {
  job,
  fence: 4,
  loop: "local/repo/1#1",
  issue: { number: 1, title: "Fix it" },
  repository: refOf("/nowhere"),
  spec,
  leaseMs: 60_000,
  heartbeatMs: 20,
};
const done: JobResult = {
  kind: "open",
  result: { outcome: "done", base: "a".repeat(40), head: "b".repeat(40) },
};
const going = { continue: true, reason: null };

/**
 * A server with one job; `special` may answer first. Everything ends when the result came, or at `settle`.
 */
async function oneJob(run: Run, special: Route = () => undefined) {
  const { privateKey, publicKey } = ensureKey(join(folder, "key.pem"));
  const ending = new AbortController();
  const handBack = new AbortController();
  const results: { fence: number; result: JobResult }[] = [];
  let log = "";
  let given = false;
  const server = await wireServer(publicKey, (call, response) => {
    if (special(call, response)) return true;
    if (call.path.endsWith("/lease")) {
      if (given) return answer(response, 204);
      given = true;
      return answer(response, 200, leased);
    }
    if (call.path.endsWith("/heartbeat")) return answer(response, 200, going);
    if (call.path.endsWith("/log")) {
      const { offset, text } = call.json() as { offset: number; text: string };
      log += text;
      return answer(response, 200, { next: offset + Buffer.byteLength(text) });
    }
    if (!call.path.endsWith("/result")) return false;
    results.push(call.json() as { fence: number; result: JobResult });
    ending.abort();
    return answer(response, 200, { accepted: true, already: false });
  });
  close = server.close;
  const said: string[] = [];
  const options: WorkOptions = {
    client: runnerClient({ runner: "r", server: server.url, privateKey }, fetch),
    runJob: run,
    instance: { id: "i-1", gone: () => [], told: () => {} },
    work: join(folder, "work"),
    redactor: redactor(["canary-secret"]),
    enclosure: plainLimits,
    secret: "key of a runner",
    labels: ["linux"],
    tools: {},
    ending: ending.signal,
    handBack: handBack.signal,
    say: (line) => said.push(line),
  };
  return { options, server, results, ending, handBack, said, log: () => log };
}

test("a job is leased, done in a folder of its own, answered with its fence and cleared away", async () => {
  let own = "";
  const bench = await oneJob(async (asked, context) => {
    own = context.folder;
    expect(asked).toEqual(spec);
    expect(existsSync(own)).toBe(true);
    context.log("working with canary-secret\n");
    await context.commands.shell("echo kept > file", { cwd: own, timeoutMs: 5_000 });
    return done;
  });
  await serve(1, bench.options);
  expect(bench.results).toEqual([{ fence: 4, result: done }]);
  expect(bench.log()).toBe("working with [redacted]\n");
  expect(existsSync(own)).toBe(false);
  expect(bench.said).toEqual(["open for #1 Fix it", "open for #1: done"]);
});

test("a job's delimiter stays the same, and nobody without the runner's secret knows it", async () => {
  const seen: string[] = [];
  for (const secret of ["key of a runner", "key of a runner", "key of another"]) {
    const bench = await oneJob(async (_, context) => {
      seen.push(context.delimiter);
      return done;
    });
    await serve(1, { ...bench.options, secret });
    await bench.server.close();
  }
  const [first, again, other] = seen;
  expect(first).toMatch(/^[\w-]{24}$/);
  expect(again).toBe(first);
  expect(other).not.toBe(first);
});

test("a job that throws is a failed result with redacted evidence, and the runner goes on", async () => {
  const bench = await oneJob(() => Promise.reject(new Error("no canary-secret here\nsecond line")));
  await serve(1, bench.options);
  expect(bench.results[0]?.result).toMatchObject({
    kind: "open",
    result: {
      outcome: "failed",
      evidence: { summary: "no [redacted] here", excerpt: "no [redacted] here\nsecond line" },
    },
  });
});

test("told to stop, it ends the job's processes and answers stopped", async () => {
  let started = false;
  const bench = await oneJob(
    async (_, context) => {
      const line = "setsid sleep 300 & echo $! > ../straggler; echo up; exec sleep 300";
      const onOutput = () => {
        started = true;
      };
      await context.commands.shell(line, { cwd: context.folder, timeoutMs: 60_000, onOutput });
      return { kind: "open", result: { outcome: "failed", evidence: null as never } };
    },
    (call, response) => {
      if (!call.path.endsWith("/heartbeat") || !started) return false;
      return answer(response, 200, { continue: false, reason: "cancelled by ada" });
    },
  );
  await serve(1, bench.options);
  expect(bench.results[0]?.result).toEqual({
    kind: "open",
    result: { outcome: "stopped", reason: "cancelled by ada" },
  });
  const pid = readFileSync(join(folder, "work", "straggler"), "utf8").trim();
  expect(existsSync(`/proc/${pid}`) && !/\) Z/.test(readFileSync(`/proc/${pid}/stat`, "utf8"))).toBe(false);
});

test("an old fence voids the job: it is stopped and no result is sent", async () => {
  const bench = await oneJob(
    async (_, context) => {
      await new Promise((resolve) => context.signal.addEventListener("abort", resolve));
      bench.ending.abort();
      return done;
    },
    (call, response) => call.path.endsWith("/heartbeat") && answer(response, 409, { code: "old-fence" }),
  );
  await serve(1, bench.options);
  expect(bench.results).toEqual([]);
  expect(bench.said.at(-1)).toContain("void");
});

test("a lease that nobody could renew is over, and the job with it", async () => {
  const bench = await oneJob(
    async (_, context) => {
      await new Promise((resolve) => context.signal.addEventListener("abort", resolve));
      bench.ending.abort();
      throw context.signal.reason;
    },
    (call, response) => {
      if (
        call.path.endsWith("/lease") &&
        bench.server.paths().filter((path) => path === "/lease").length === 1
      )
        return answer(response, 200, { ...leased, leaseMs: 100 });
      if (!call.path.endsWith("/heartbeat")) return false;
      response.socket?.destroy();
      return true;
    },
  );
  await serve(1, bench.options);
  expect(bench.results).toEqual([]);
  expect(bench.said.at(-1)).toContain("lease is over");
});

test("before what cannot be taken back, the server is asked, through a short absence", async () => {
  let asked = 0;
  const bench = await oneJob(
    async (_, context) => {
      await context.confirm();
      return done;
    },
    (call, response) => {
      if (!call.path.endsWith("/heartbeat")) return false;
      asked += 1;
      if (asked > 2) return answer(response, 200, going);
      response.socket?.destroy();
      return true;
    },
  );
  await serve(1, bench.options);
  expect(bench.results).toEqual([{ fence: 4, result: done }]);
  expect(asked).toBeGreaterThan(2);
});

test("a job that was given to somebody else gets no further than the question", async () => {
  let wentOn = false;
  const bench = await oneJob(
    async (_, context) => {
      await context.confirm();
      wentOn = true;
      return done;
    },
    (call, response) =>
      call.path.endsWith("/heartbeat") && answer(response, 200, { continue: false, reason: "given on" }),
  );
  await serve(1, bench.options);
  expect(wentOn).toBe(false);
  expect(bench.results[0]?.result).toEqual({
    kind: "open",
    result: { outcome: "stopped", reason: "given on" },
  });
});

test("progress goes out with a heartbeat", async () => {
  const bench = await oneJob(
    async (_, context) => {
      context.progress("build");
      await new Promise((resolve) => context.signal.addEventListener("abort", resolve));
      return done;
    },
    (call, response) => {
      if (!call.path.endsWith("/heartbeat") || call.json().part !== "build") return false;
      return answer(response, 200, { continue: false, reason: "seen" });
    },
  );
  await serve(1, bench.options);
  // The job was done when the stop came; its work is not thrown away.
  expect(bench.results[0]?.result).toEqual(done);
});

test("a runner that ends hands its job back", async () => {
  const bench = await oneJob(async (_, context) => {
    bench.ending.abort();
    bench.handBack.abort("the runner ends");
    expect(context.signal.aborted).toBe(true);
    throw new Error("stopped in the middle");
  });
  await serve(1, bench.options);
  expect(bench.results[0]?.result).toEqual({
    kind: "open",
    result: { outcome: "stopped", reason: "the runner ends" },
  });
});

test("several places take jobs at once", async () => {
  let running = 0;
  let most = 0;
  let given = 0;
  const together = Promise.withResolvers<void>();
  const bench = await oneJob(
    async () => {
      most = Math.max(most, ++running);
      if (running === 3) together.resolve();
      await together.promise;
      return done;
    },
    (call, response) =>
      call.path.endsWith("/lease") &&
      given++ < 3 &&
      answer(response, 200, { ...leased, job: `local/repo/1#1~j${given}` }),
  );
  await serve(3, bench.options);
  expect(most).toBe(3);
  expect(readdirSync(join(folder, "work"))).toEqual([]);
});
