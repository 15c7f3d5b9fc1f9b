import { randomUUID } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findWorkerds, isAlive } from "../../server/orphans.ts";
import { engineerServer } from "../../server/sample/engineer/server.ts";
import { Script } from "../../server/sample/script.ts";
import { printed, type Started, startProcess, tick } from "../journey/processes.ts";
import { goodAnswers } from "./good-work.ts";
import { processorSecondsOf, residentMb } from "./proc.ts";

/** A request that hangs longer died with whoever should have answered it. */
const answerMs = 30_000;

/** Every issue of a load has this title: the scripted engineer knows its script by it. */
export const issueTitle = "Carry the load";

/** A real server with a scripted engineer for its provider; no repository, no real runner. */
export interface LoadHost extends AsyncDisposable {
  readonly state: string;
  readonly url: string;
  readonly token: string;
  readonly server: Started;
  /** A call to the REST API, repeated with the same key until there is an answer; throws on 4xx. */
  call<T>(method: string, path: string, body?: unknown, key?: string): Promise<T>;
  /** One try, whatever the answer is. */
  once(method: string, path: string, body?: unknown): Promise<Response>;
  /** `kill -9` of the server and its runtime at one moment, or of one of them. */
  kill(who?: "both" | "server" | "workerd"): Promise<void>;
  /** Starts the server again on the same folder and port; the milliseconds until it listens. */
  start(): Promise<number>;
  /** Resident memory of the server and of its runtime, in MB. */
  memory(): { server: number; workerd: number };
  /** Processor time of both so far, in seconds. */
  processorSeconds(): number;
}

export interface LoadHostOptions {
  /** How long the engineer takes for an answer. */
  turnMs: number;
  /** Where the server keeps its state; a folder of its own when absent. */
  state?: string;
  env?: Record<string, string>;
}

export async function openLoadHost({ turnMs, env = {}, ...options }: LoadHostOptions): Promise<LoadHost> {
  const folder = mkdtempSync(join(tmpdir(), "tamma-load-"));
  const state = options.state ?? join(folder, "state");
  const { plan, design } = goodAnswers;
  const develop = { "1": { attempts: [{}] } };
  const script = Script.parse({ issues: [{ title: issueTitle, plan, design, develop, delayMs: turnMs }] });
  const engineer = engineerServer({ script, key: null });
  await new Promise<void>((listening) => engineer.listen(0, "127.0.0.1", listening));
  const provider = `http://127.0.0.1:${(engineer.address() as AddressInfo).port}`;

  const open = async (port: string) => {
    const started = startProcess(
      [
        ...["server/main.ts", "--state", state, "--port", port, "--with-parent"],
        ...["--provider-url", provider, "--provider-model", "scripted"],
      ],
      { ANTHROPIC_API_KEY: "scripted", ANTHROPIC_BASE_URL: "", ...env },
    );
    return { started, url: (await printed(started, /"url":"([^"]+)"/))[1] as string };
  };
  const first = await open("0");
  let server = first.started;
  const { url } = first;
  const token = readFileSync(join(state, "token"), "utf8").trim();
  const pids = () => [server.process.pid, ...findWorkerds(state)].filter((pid) => pid !== undefined);

  function send(method: string, path: string, body: unknown, key: string): Promise<Response> {
    const headers = {
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
      "idempotency-key": key,
    };
    const signal = AbortSignal.timeout(answerMs);
    const init = { method, headers, signal, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
    return fetch(`${url}${path}`, init);
  }

  async function tried(method: string, path: string, body: unknown, key: string): Promise<Response | null> {
    try {
      const response = await send(method, path, body, key);
      return response.status >= 500 ? null : response;
    } catch {
      // Nobody can know whether it was done.
      return null;
    }
  }

  return {
    ...{ state, url, token },
    get server() {
      return server;
    },
    call: async <T>(method: string, path: string, body?: unknown, key: string = randomUUID()) => {
      for (;;) {
        const response = await tried(method, path, body, key);
        const text = await response?.text().catch(() => null);
        if (response && text !== null && text !== undefined) {
          if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
          return JSON.parse(text) as T;
        }
        const { exitCode } = server.process;
        if (exitCode !== null) throw new Error(`the server ended with ${exitCode}:\n${server.output()}`);
        await tick();
      }
    },
    once: (method, path, body) => send(method, path, body, randomUUID()),
    kill: async (who = "both") => {
      const [own, ...runtimes] = pids();
      const dying = who === "workerd" ? runtimes : who === "server" ? [own ?? 0] : pids();
      for (const pid of dying) process.kill(pid, "SIGKILL");
      while (dying.some(isAlive)) await tick();
    },
    start: async () => {
      const began = performance.now();
      server = (await open(new URL(url).port)).started;
      return performance.now() - began;
    },
    memory: () => {
      const [own, runtime] = pids();
      return { server: residentMb(own), workerd: residentMb(runtime) };
    },
    processorSeconds: () => pids().reduce((sum, pid) => sum + processorSecondsOf(pid), 0),
    async [Symbol.asyncDispose]() {
      await server.stop();
      engineer.closeAllConnections();
      engineer.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
