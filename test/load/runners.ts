import { generateKeyPairSync } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { runnerProtocol } from "@tamma/core/protocol/runner.ts";
import type { Identity } from "../../runner/client/identity.ts";
import { type Lease, type RunnerClient, runnerClient } from "../../runner/client.ts";
import { goodResult } from "./good-work.ts";
import type { LoadHost } from "./host.ts";

/** As long as the real runner's poll. */
const waitMs = 10_000;
/** A lease that was given out long ago cannot be given again. */
const receivedMax = 100;
/** The most that one runner takes on. */
export const jobsAtOnceMax = 32;
/** After a refused connection or a lost answer. */
const againMs = 50;

/** Runners that do everything right, without a repository: the real protocol, many in one process. */
export interface Runners extends AsyncDisposable {
  /** Jobs whose result the server took, by kind. */
  readonly done: ReadonlyMap<string, number>;
  /** Results that the server said yes to, as `<job>:<fence>`. */
  readonly taken: ReadonlySet<string>;
}

/**
 * @param jobMs how long each job takes
 * @param server where they think it is, when something stands between
 * @param runners processes as the server sees them: each asks for one job after another, does many at once
 */
export async function startRunners(
  host: LoadHost,
  jobMs: number,
  runners: number,
  server = host.url,
): Promise<Runners> {
  const over = new AbortController();
  const done = new Map<string, number>();
  const taken = new Set<string>();
  const client = runnerClient({ ...(await enrol(host)), server }, fetch);

  async function serve(instance: string): Promise<void> {
    const received: string[] = [];
    const jobs = new Set<Promise<void>>();
    while (!over.signal.aborted) {
      if (jobs.size >= jobsAtOnceMax) await Promise.race(jobs);
      const lease = await ask(client, instance, received, over.signal);
      if (lease === null) continue;
      received.push(`${lease.job}:${lease.fence}`);
      received.splice(0, Math.max(0, received.length - receivedMax));
      const job = doJob(lease).finally(() => jobs.delete(job));
      jobs.add(job);
    }
    await Promise.all(jobs);
  }

  async function doJob(lease: Lease): Promise<void> {
    try {
      await pause(jobMs, undefined, { signal: over.signal });
      await work(client, lease, over.signal);
      done.set(lease.spec.kind, (done.get(lease.spec.kind) ?? 0) + 1);
      taken.add(`${lease.job}:${lease.fence}`);
    } catch {
      // The job is not ours any more, or all is over.
    }
  }

  const running = Array.from({ length: runners }, (_, n) => serve(`runner-${n}`));
  return {
    ...{ done, taken },
    async [Symbol.asyncDispose]() {
      over.abort();
      await Promise.all(running);
    },
  };
}

/** A runner with a key of its own. */
export async function enrol(host: LoadHost): Promise<Identity> {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const pem = publicKey.export({ type: "spki", format: "pem" }).toString();
  const { runner } = await host.call<{ runner: string }>("POST", "/api/v1/runners", {
    name: "load",
    publicKey: pem,
  });
  return {
    runner,
    server: host.url,
    privateKey: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}

async function ask(
  client: RunnerClient,
  instance: string,
  received: string[],
  signal: AbortSignal,
): Promise<Lease | null> {
  const about = { protocol: runnerProtocol, labels: [], tools: {}, loop: null, gone: [] };
  try {
    return await client.lease({ ...about, waitMs, instance, received }, signal);
  } catch {
    await pause(againMs, undefined, { signal }).catch(() => {});
    return null;
  }
}

async function work(client: RunnerClient, { job, fence, spec }: Lease, signal: AbortSignal): Promise<void> {
  const result = await goodResult(spec, (text, mediaType) =>
    client.putBlob(job, fence, Buffer.from(text, "utf8"), mediaType, signal),
  );
  await client.result(job, { fence, result }, signal);
}
