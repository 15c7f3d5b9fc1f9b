import type { applyD1Migrations } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { createHash, generateKeyPairSync, randomBytes, sign } from "node:crypto";
import type { JobResult } from "@tamma/core/domain/loop/jobs.ts";
import type { LoopView } from "@tamma/core/domain/loop/view.ts";
import type { LeaseRequest, LeaseResponse } from "@tamma/core/protocol/runner.ts";
import { vi } from "vitest";
import type { Answer, Caller, OrchestratorRpc } from "../../workers/rpc.ts";
import { goodResult as goodWork } from "../load/good-work.ts";

export const orchestrator: OrchestratorRpc = env.ORCHESTRATOR;

/** The migrations as vitest.config.ts read them. */
export function testMigrations(): Parameters<typeof applyD1Migrations>[1] {
  return (env as unknown as { TEST_MIGRATIONS: Parameters<typeof applyD1Migrations>[1] }).TEST_MIGRATIONS;
}

/** Far above anything these tests wait for; a hang then says which expectation it was. */
const patienceMs = 10_000;

export function caller(id = "ann"): Caller {
  const person = { kind: "person", id, authenticated: "local-token", ip: null } as const;
  return { person, commandId: crypto.randomUUID(), via: "cli" };
}

/** The value of an accepted answer; a refusal fails the test with its own words. */
export async function accepted<T>(asked: Promise<Answer<T>>): Promise<T> {
  const answer = await asked;
  if (answer.ok) return answer.value;
  throw new Error(`refused: ${answer.refusal.code}: ${answer.refusal.message}`);
}

export async function refusal<T>(asked: Promise<Answer<T>>): Promise<{ status: number; code: string }> {
  const answer = await asked;
  if (answer.ok) throw new Error(`accepted: ${JSON.stringify(answer.value)}`);
  return { status: answer.refusal.status, code: answer.refusal.code };
}

/** A repository of its own for each test, with issues 1 to `issues`. */
export async function repository(config: Record<string, unknown> = {}, issues = 1): Promise<string> {
  const url = `/tests/${randomBytes(6).toString("hex")}`;
  const { id } = await accepted(orchestrator.addRepository(caller(), { url, defaultBranch: "main", config }));
  for (let n = 1; n <= issues; n += 1)
    await accepted(
      orchestrator.createIssue(caller(), id, { title: `Issue ${n}`, body: "canary-issue-text", labels: [] }),
    );
  return id;
}

export async function start(repositoryId: string, issue = 1): Promise<string> {
  const started = await accepted(
    orchestrator.startLoop(caller(), { repository: repositoryId, issue, confirm: false, preApprove: [] }),
  );
  if (started.loop === null) throw new Error(`issue ${issue} waits at place ${started.position}`);
  return started.loop;
}

export async function view(loop: string): Promise<LoopView> {
  return accepted(orchestrator.loopView(loop));
}

export function eventually<T>(check: () => Promise<T>): Promise<T> {
  return vi.waitFor(check, { timeout: patienceMs, interval: 20 });
}

/** Waits until the loop asks a person for this, and returns what it asks. */
export async function asked<K extends "checkpoint" | "questions" | "escalation" | "obstacle">(
  loop: string,
  kind: K,
) {
  return eventually(async () => {
    const { ask, word, reason } = await view(loop);
    if (ask?.kind !== kind) throw new Error(`the loop is ${word} (${reason ?? ask?.kind ?? "no question"})`);
    return ask as Extract<NonNullable<LoopView["ask"]>, { kind: K }>;
  });
}

/** Enrols a runner and gets it a token, as a real one would. */
export async function enrolled() {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const pem = publicKey.export({ type: "spki", format: "pem" }).toString();
  const { runner } = await accepted(orchestrator.enrolRunner(caller(), { name: "test", publicKey: pem }));
  const signed = (at = Date.now(), nonce = randomBytes(8).toString("hex")) => {
    const text = Buffer.from(`tamma-runner-token\n${runner}\n${at}\n${nonce}`);
    return { runner, at, nonce, signature: sign(null, text, privateKey).toString("base64") };
  };
  return { runner, signed };
}

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

export async function lease(
  runner: string,
  loop: string,
  process: Partial<Pick<LeaseRequest, "instance" | "received" | "gone">> = {},
): Promise<LeaseResponse | null> {
  const said = { instance: null, received: [], gone: [], ...process };
  const pass = { runner, scope: null };
  return accepted(
    orchestrator.lease(pass, { protocol: 1, labels: [], tools: {}, waitMs: 0, loop, ...said }, null),
  );
}

/** Waits for a job of the loop and leases it. */
export async function nextJob(runner: string, loop: string): Promise<LeaseResponse> {
  return eventually(async () => {
    const job = await lease(runner, loop);
    if (!job) throw new Error(`no job: ${JSON.stringify((await view(loop)).word)}`);
    return job;
  });
}

export async function putText(
  runner: string,
  { job, fence }: LeaseResponse,
  text: string,
  mediaType = "text/plain",
) {
  const body = new TextEncoder().encode(text);
  await accepted(
    orchestrator.putBlob(runner, job, fence, { sha256: sha256(text), mediaType, body: body.slice().buffer }),
  );
  return { sha256: sha256(text), size: body.byteLength, mediaType };
}

/** What a runner that does everything right answers to a job. */
export function goodResult(runner: string, job: LeaseResponse): Promise<JobResult> {
  return goodWork(job.spec, (text, mediaType) => putText(runner, job, text, mediaType));
}

/** Does the loop's jobs, one after another, until it waits for something else or `until` says stop. */
export async function work(
  runner: string,
  loop: string,
  until: (view: LoopView) => boolean,
): Promise<LoopView> {
  return eventually(async () => {
    for (;;) {
      const now = await view(loop);
      if (until(now)) return now;
      const job = await lease(runner, loop);
      if (!job) throw new Error(`no job while ${now.word} at ${now.step}: ${now.reason ?? ""}`);
      await accepted(
        orchestrator.result(runner, job.job, { fence: job.fence, result: await goodResult(runner, job) }),
      );
    }
  });
}

export const goodAnswers = {
  plan: () =>
    JSON.stringify({
      kind: "feature",
      summary: "canary-plan-text",
      complexity: 5,
      ambiguity: 0,
      questions: [],
      steps: ["one", "two", "three"],
      files: ["a.txt"],
      research: [],
      needsTests: true,
      noTestReason: "",
      turnsLow: 1,
      turnsHigh: 3,
    }),
  design: () => {
    const option = { approach: "do it", pros: [], cons: [], complexity: 1, testStrategy: "t", risk: "none" };
    const options = [
      { id: "1", title: "First", ...option },
      { id: "2", title: "Second", ...option },
    ];
    return JSON.stringify({ options, recommended: "1", rationale: "simple" });
  },
  review: () => JSON.stringify({ summary: "fine", findings: [] }),
};
