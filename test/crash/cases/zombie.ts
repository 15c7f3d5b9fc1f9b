import { createHash } from "node:crypto";
import { type LeaseRequest, runnerProtocol } from "@tamma/core/protocol/runner.ts";
import { tokenSignature } from "../../../runner/client/identity.ts";
import { type Lease, runnerClient } from "../../../runner/client.ts";
import { tick } from "../../journey/processes.ts";
import { goodResult } from "../../load/good-work.ts";
import { type LoadHost, openLoadHost } from "../../load/host.ts";
import { enrol, startRunners } from "../../load/runners.ts";
import { eventsOf, type FaultCase, loopFaults, startLoops, untilAll, whileDeciding } from "./case.ts";

const about = { protocol: runnerProtocol, labels: [], tools: {}, loop: null, waitMs: 5_000 };

export const zombie: FaultCase = {
  name: "zombie runner",
  says: "a process that lost its lease wakes up and makes all five calls of a job with its old fence",
  async run() {
    await using host = await openLoadHost({ turnMs: 30 });
    const identity = await enrol(host);
    const client = runnerClient(identity, fetch);
    const [loop = ""] = await startLoops(host, 1);
    const ask = (request: Partial<LeaseRequest>) => leased(client.lease.bind(client), request);
    const old = await ask({ instance: "zombie" });
    // Its successor says that it is gone: the job is given out again, with the next fence.
    const now = await ask({ instance: "successor", gone: ["zombie"] });
    const faults = now.job === old.job && now.fence > old.fence ? [] : ["the job was not given out again"];
    const before = await eventsOf(host, loop);
    faults.push(...(await fiveCalls(host, identity, old)));
    const after = await eventsOf(host, loop);
    if (after.length !== before.length) faults.push("the zombie's calls left events");

    const done = await goodResult(now.spec, (text, mediaType) =>
      client.putBlob(now.job, now.fence, Buffer.from(text), mediaType, AbortSignal.timeout(10_000)),
    );
    await client.result(now.job, { fence: now.fence, result: done }, AbortSignal.timeout(10_000));
    await using _runners = await startRunners(host, 0, 1);
    await whileDeciding(host, () => untilAll(host, [loop], "Merged"));
    return [...faults, ...(await loopFaults(host, [loop]))];
  },
};

async function leased(
  lease: (request: LeaseRequest, signal: AbortSignal) => Promise<Lease | null>,
  request: Partial<LeaseRequest>,
): Promise<Lease> {
  for (;;) {
    const found = await lease(
      { ...about, instance: null, received: [], gone: [], ...request },
      AbortSignal.timeout(20_000),
    );
    if (found) return found;
    await tick();
  }
}

/** What of the five is not refused. */
async function fiveCalls(
  host: LoadHost,
  identity: Parameters<typeof tokenSignature>[0],
  { job, fence, spec }: Lease,
): Promise<string[]> {
  const at = Date.now();
  const nonce = `zombie-${at}`;
  const signed = { runner: identity.runner, at, nonce, signature: tokenSignature(identity, at, nonce) };
  const { token } = await host.call<{ token: string }>("POST", "/runner/v1/token", signed);
  const send = (method: string, path: string, body: string, headers: Record<string, string> = {}) =>
    fetch(`${host.url}/runner/v1/jobs/${encodeURIComponent(job)}/${path}`, {
      method,
      body,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json", ...headers },
    });
  const json = (path: string, body: object) => send("POST", path, JSON.stringify({ fence, ...body }));
  const text = "late";
  const sha256 = createHash("sha256").update(text).digest("hex");
  const labels = { loop: "", issue: "", step: "", attempt: "", turn: "" };
  const messages = [{ role: "user", content: [{ type: "text", text }] }];
  const request = { system: "", messages, tools: [], outputSchema: null, maxOutputTokens: 10, labels };
  const result = await goodResult(spec, async (_, mediaType) => ({ sha256, size: text.length, mediaType }));
  const faults: string[] = [];
  const beat = (await (await json("heartbeat", { part: null })).json()) as { continue: boolean };
  if (beat.continue) faults.push("its heartbeat was told to go on");
  const calls = {
    log: json("log", { offset: 0, text }),
    turn: json("turn", { turn: 1, request }),
    blob: send("PUT", `blobs/${sha256}`, text, {
      "content-type": "text/plain",
      "x-tamma-fence": String(fence),
    }),
    result: json("result", { result }),
  };
  for (const [name, call] of Object.entries(calls)) {
    const { status } = await call;
    // A result is refused for its missing body first, which is a refusal too.
    if (status !== 409 && !(name === "result" && status === 422))
      faults.push(`${name} was answered with ${status}`);
  }
  return faults;
}
