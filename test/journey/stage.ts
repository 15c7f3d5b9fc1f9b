import { randomUUID } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LoopView } from "@tamma/core/domain/loop/view.ts";
import type { EventLine } from "@tamma/core/protocol/rest.ts";
import type { ScriptInput } from "../../server/sample/script.ts";
import { printed, projectNode, type Started, startProcess, tick } from "./processes.ts";

/** Nothing on a quiet stage takes longer; a loop that does is stuck. */
const patienceMsDefault = 90_000;

/**
 * A real server, a real runner and a scripted engineer, each a process of its own, around one real
 * repository.
 */
export interface Stage extends AsyncDisposable {
  readonly folder: string;
  /** The server's state folder. */
  readonly state: string;
  readonly repository: string;
  readonly url: string;
  readonly token: string;
  /** As it was started last. */
  readonly server: Started;
  readonly runner: Started;
  /** Starts the server again on the same state folder and port, after it ended or was killed. */
  startServer(): Promise<void>;
  /** Starts the runner again with its key, after it ended or was killed. */
  startRunner(): Promise<void>;
  /** A call to the REST API; throws on an answer of 400 and above, with its body. */
  call<T>(method: string, path: string, body?: unknown): Promise<T>;
  raw(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
    signal?: AbortSignal,
  ): Promise<Response>;
  repositoryId(): Promise<string>;
  /** Opens an issue and starts its loop; the loop's id. */
  start(title: string, body?: string, more?: object): Promise<string>;
  view(loop: string): Promise<LoopView>;
  /** The view as soon as `arrived` holds; fails with what the loop did when it never does. */
  until(loop: string, arrived: (view: LoopView) => boolean): Promise<LoopView>;
  events(loop: string): Promise<EventLine[]>;
  /** Decides the open checkpoint, with the subject that is shown. */
  decide(
    loop: string,
    decision: string,
    more?: { option?: string; text?: string; via?: string },
  ): Promise<void>;
  /** Says yes to every checkpoint until the loop is at an end, escalated, or asks something else. */
  approveAll(loop: string): Promise<LoopView>;
}

export interface StageOptions {
  script: ScriptInput;
  /** Makes the repository in the given folder. */
  repository: (folder: string) => unknown;
  config?: Record<string, unknown>;
  env?: Record<string, string>;
  /** A folder whose programs the runner finds first. */
  runnerPrograms?: string;
  /** Variables of the runner besides the test's own. */
  runnerEnv?: Record<string, string>;
  /** Puts something before the engineer (for the server), or before the server (for the runner). */
  beforeEngineer?: (url: string) => Promise<string>;
  beforeServer?: (url: string) => Promise<string>;
  /** How long one step may take, in milliseconds: more where there are troubles or downloads. */
  patienceMs?: number;
  /** The model by name: a priced one makes turns cost money, the engineer answers all the same. */
  model?: string;
  /** Another provider in the engineer's place. */
  providerUrl?: string;
  /** Puts something under the server's state folder before it is first used, and takes it away at the end. */
  beforeState?: (state: string) => () => void;
}

export async function openStage({
  script,
  repository,
  config,
  env = {},
  runnerPrograms,
  runnerEnv = {},
  model = "scripted",
  patienceMs = patienceMsDefault,
  beforeEngineer = async (url) => url,
  beforeServer = async (url) => url,
  providerUrl,
  beforeState = () => () => {},
}: StageOptions): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), "tamma-journey-"));
  const state = join(folder, "state");
  const clearState = beforeState(state);
  const checkout = join(folder, "repository");
  await repository(checkout);
  const scriptFile = join(folder, "script.json");
  writeFileSync(scriptFile, JSON.stringify(script));
  const engineer = startProcess([
    "server/sample/engineer.ts",
    "--port",
    "0",
    "--with-parent",
    "--script",
    scriptFile,
  ]);
  const enginePort = (await printed(engineer, /"port":(\d+)/))[1];
  const engineerUrl = await beforeEngineer(`http://127.0.0.1:${enginePort}`);
  const provider = ["--provider-url", providerUrl ?? engineerUrl, "--provider-model", model];
  const serverEnv = { ANTHROPIC_API_KEY: "scripted", ANTHROPIC_BASE_URL: "", ...env };
  const openServer = async (port: string) => {
    const args = ["server/main.ts", "--state", state, "--port", port, "--with-parent", ...provider];
    const started = startProcess(args, serverEnv);
    return { started, url: (await printed(started, /"url":"([^"]+)"/))[1] as string };
  };
  const first = await openServer("0");
  const { url } = first;
  let server = first.started;
  const token = readFileSync(join(state, "token"), "utf8").trim();
  await enrol(folder, await beforeServer(url), token);
  let runner = serveJobs(folder, runnerPrograms, runnerEnv);

  const raw: Stage["raw"] = (method, path, body, headers = {}, signal) =>
    fetch(`${url}${path}`, {
      method,
      ...(signal ? { signal } : {}),
      headers: {
        authorization: `Bearer ${token}`,
        "content-type": "application/json",
        "idempotency-key": randomUUID(),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const call: Stage["call"] = async <T>(method: string, path: string, body?: unknown) => {
    const response = await raw(method, path, body);
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return JSON.parse(text) as T;
  };
  let repositoryId: Promise<string> | null = null;
  const registered = (): Promise<string> => {
    repositoryId ??= call<{ id: string }>("POST", "/api/v1/repositories", {
      url: checkout,
      defaultBranch: "main",
      ...(config ? { config } : {}),
    }).then(({ id }) => id);
    return repositoryId;
  };
  const view: Stage["view"] = (loop) => call("GET", `/api/v1/loops/${encodeURIComponent(loop)}`);
  const events: Stage["events"] = async (loop) => {
    const path = `/api/v1/loops/${encodeURIComponent(loop)}/events?after=0&limit=500`;
    return (await call<{ events: EventLine[] }>("GET", path)).events;
  };

  const until: Stage["until"] = async (loop, arrived) => {
    const deadline = AbortSignal.timeout(patienceMs);
    for (;;) {
      const now = await view(loop);
      if (arrived(now)) return now;
      if (deadline.aborted || (now.endedAt !== null && !arrived(now))) {
        const lines = (await events(loop)).map((event) => `${event.seq} ${event.type}: ${event.line}`);
        throw new Error(`it never came to that; it is ${now.word} at ${now.step}\n${lines.join("\n")}`);
      }
      await tick();
    }
  };
  const decide: Stage["decide"] = async (loop, decision, more = {}) => {
    const { ask } = await view(loop);
    if (ask?.kind !== "checkpoint") throw new Error(`no checkpoint is open, but ${ask?.kind}`);
    const { id, subject } = ask.checkpoint;
    const path = `/api/v1/loops/${encodeURIComponent(loop)}/checkpoints/${encodeURIComponent(id)}`;
    await call("POST", path, { subject, decision, ...more });
  };

  return {
    ...{ folder, state, repository: checkout, url, token, call, raw, view, events, until, decide },
    repositoryId: registered,
    get server() {
      return server;
    },
    get runner() {
      return runner;
    },
    async startServer() {
      server = (await openServer(new URL(url).port)).started;
    },
    async startRunner() {
      runner = serveJobs(folder, runnerPrograms, runnerEnv);
    },
    async start(title, body = "", more = {}) {
      const repository = await registered();
      const issue = await call<{ number: number }>("POST", `/api/v1/repositories/${repository}/issues`, {
        title,
        body,
      });
      const started = await call<{ loop: string }>("POST", "/api/v1/loops", {
        repository,
        issue: issue.number,
        ...more,
      });
      return started.loop;
    },
    async approveAll(loop) {
      for (;;) {
        const now = await until(loop, (seen) => seen.ask !== null || seen.endedAt !== null);
        if (now.ask?.kind !== "checkpoint") return now;
        await decide(loop, "approve");
      }
    },
    async [Symbol.asyncDispose]() {
      await runner.stop();
      await server.stop();
      await engineer.stop();
      clearState();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const keyIn = (folder: string) => join(folder, "runner.pem");

async function enrol(folder: string, url: string, token: string): Promise<void> {
  const args = ["runner/main.ts", "enroll", "--server", url, "--key", keyIn(folder)];
  const enrolling = startProcess(args, { TAMMA_TOKEN: token });
  await printed(enrolling, /enrolled as/);
  await enrolling.stop();
}

function serveJobs(folder: string, programs: string | undefined, env: Record<string, string>): Started {
  const work = join(folder, "work");
  // The project's Node comes first, so that a repository's `node --test` is the one that Tamma brings. As a
  // link, because a runner takes the folders of node_modules off the PATH of projects.
  const tools = join(folder, "tools");
  mkdirSync(tools, { recursive: true });
  if (!existsSync(join(tools, "node"))) symlinkSync(projectNode, join(tools, "node"));
  const args = ["runner/main.ts", "serve", "--key", keyIn(folder), "--work", work, "--with-parent"];
  const path = [programs, tools, process.env.PATH].filter(Boolean).join(":");
  return startProcess(args, { PATH: path, ...env });
}
