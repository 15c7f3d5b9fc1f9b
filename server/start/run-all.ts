import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { markInvisible } from "@tamma/core/domain/text/invisible.ts";
import { onceAborted } from "./aborted.ts";
import { type StartApi, startApi } from "./api.ts";
import { Child } from "./children.ts";
import { runCommandLine, type Target } from "./command-line.ts";
import { type FirstScreen, renderFirstScreen } from "./first-screen.ts";
import type { Prepared } from "./prepared.ts";
import type { SamplePath } from "./sample.ts";
import { renewState, type Simulated, shownPlatform, startSimulated, tellAccount } from "./simulated.ts";
import { noteState, readToken } from "./state.ts";
import { readyWork } from "./work.ts";

export interface Surroundings {
  root: string;
  base: string;
  env: NodeJS.ProcessEnv;
  /** Aborted when the start should end. */
  stopped: AbortSignal;
}

/** As the price table has it; the label that goes with it says that no model was called. */
const scriptedModel = "scripted";
/** Exit codes of the command line that matter here. */
const [waiting, escalated, interrupted] = [3, 4, 130];

/**
 * Starts everything, runs the command line, and ends everything, in whatever way it goes.
 *
 * @returns the exit code
 */
export async function runAll(prepared: Prepared, around: Surroundings): Promise<number> {
  const children: Child[] = [];
  const state = noteState(prepared.state);
  let begun = false;
  try {
    const stop = onceAborted(around.stopped);
    const started = await Promise.race([begin(prepared, around, children), stop]);
    if (started === "aborted") return interrupted;
    begun = true;
    return await use(prepared, around, children, started);
  } finally {
    // The last started goes first: the runner hands its job back while the server still listens.
    for (const child of children.toReversed()) await child.stop();
    if (!begun) state.undo();
  }
}

type Started = Target & { simulated: Simulated | null };

async function begin(prepared: Prepared, around: Surroundings, children: Child[]): Promise<Started> {
  const { options, state, provider, warnings } = prepared;
  const { root, env } = around;
  // Only the server holds the provider's key: neither runner nor engineer could leak it.
  const { ANTHROPIC_API_KEY, ...keyless } = env;
  const start = (name: string, args: string[], more: NodeJS.ProcessEnv = {}) => {
    const child = new Child({
      name,
      args: [join(root, args[0] ?? ""), ...args.slice(1)],
      env: { ...keyless, ...more },
      cwd: root,
    });
    children.push(child);
    return child;
  };

  const providerArgs: string[] = [];
  const serverEnv: NodeJS.ProcessEnv = { ANTHROPIC_API_KEY: ANTHROPIC_API_KEY ?? "" };
  if (provider.kind === "scripted") {
    const engineer = start("scripted engineer", [
      "server/sample/engineer.ts",
      "--port",
      "0",
      "--with-parent",
    ]);
    const { port } = await engineer.ready();
    providerArgs.push("--provider-url", `http://127.0.0.1:${port}`, "--provider-model", scriptedModel);
    // The client library wants a key to send; the engineer takes any.
    serverEnv.ANTHROPIC_API_KEY = "scripted-engineer";
  }
  if (options.platform !== null) renewState(state);
  const simulated = options.platform === null ? null : await startSimulated(options.platform, start);
  const address = ["--state", state, "--port", String(options.port)];
  const server = start("server", ["server/main.ts", ...address, "--with-parent", ...providerArgs], serverEnv);
  const { url } = (await server.ready()) as { url: string };
  const token = readToken(state);
  const api = startApi(url, token);
  const report = await checkProvider(api, env.ANTHROPIC_BASE_URL);

  const work = await readyWork(api, prepared, simulated, { path: env.PATH ?? "", base: around.base });
  const runner = await startRunner({ state, url, token, sample: work.sample }, start);
  const sandbox = await runner.told(/commands run under (.+)/);
  const link = await api.loginLink();
  show(options.json, {
    url,
    dashboard: new URL(link.path, url).href,
    state,
    repository: work.repository,
    branch: work.branch,
    platform: simulated && shownPlatform(simulated),
    provider: report.provider,
    model: report.model,
    label: report.label,
    why: provider.why,
    sandbox,
    warnings: sandbox.startsWith("process-limits") ? [...warnings, noSandbox] : warnings,
  });
  return { url, token, work: await work.begin(), simulated };
}

/** A wrong key or an unreachable provider is told before any work begins. */
async function checkProvider(api: StartApi, baseUrl: string | undefined) {
  const report = await api.checkProvider();
  if (report.ok) return report;
  const { kind, message } = report.problem ?? { kind: "unknown", message: "it gives no reason" };
  const todo =
    kind === "auth"
      ? "check ANTHROPIC_API_KEY (https://console.anthropic.com/settings/keys)"
      : "check ANTHROPIC_API_KEY, ANTHROPIC_BASE_URL, TAMMA_MODEL and the network";
  const at = baseUrl ? ` at ${baseUrl}` : "";
  const who = `the provider ${report.provider}${at} with model ${report.model}`;
  throw new Error(`${who} cannot serve: ${message} (${kind})
       ${todo}; nothing was started`);
}

const noSandbox = "there is no sandbox: the project's commands can do what you can; install bubblewrap";

/** Enrols the local runner where it is not yet known at this address, then starts it. */
async function startRunner(
  { state, url, token, sample }: { state: string; url: string; token: string; sample: SamplePath | null },
  start: (name: string, args: string[], more?: NodeJS.ProcessEnv) => Child,
): Promise<Child> {
  const key = join(state, "runner.key");
  if (!isEnrolled(key, url)) {
    const enrol = start("runner's enrolment", ["runner/main.ts", "enroll", "--server", url, "--key", key], {
      TAMMA_TOKEN: token,
    });
    await enrol.finished();
  }
  const serve = ["runner/main.ts", "serve", "--key", key, "--work", join(state, "work"), "--with-parent"];
  const walls = ["--hide", state, ...(sample === null ? [] : ["--show", sample.tools])];
  return start("local runner", [...serve, ...walls], sample === null ? {} : { PATH: sample.path });
}

/**
 * The runner keeps beside its key who it is and where; another port means enrolling again, which is harmless.
 */
function isEnrolled(key: string, url: string): boolean {
  const enrolment = `${key}.json`;
  if (!existsSync(key) || !existsSync(enrolment)) return false;
  return readFileSync(enrolment, "utf8").includes(`"${url}"`);
}

function show(json: boolean, screen: FirstScreen): void {
  if (json) process.stdout.write(`${JSON.stringify({ kind: "started", ...screen })}\n`);
  else process.stdout.write(renderFirstScreen(screen));
}

/** Runs the command line; then, without `--once`, serves on until told to end. */
async function use(
  prepared: Prepared,
  around: Surroundings,
  children: Child[],
  started: Started,
): Promise<number> {
  const { options } = prepared;
  const stop = onceAborted(around.stopped);
  const lost = anyEnds(children.filter((child) => !child.name.includes("enrolment")));
  const commandLine = runCommandLine(options, started, prepared.state, around);
  const first = await Promise.race([commandLine.code, stop, lost]);
  if (typeof first === "number" && first !== interrupted && started.simulated !== null)
    process.stdout.write(await tellAccount(started.simulated, options.json, first === 0));
  const say = (text: string) => process.stderr.write(`tamma: ${markInvisible(text)}\n`);
  if (typeof first === "number" && (options.once || first === interrupted)) {
    // The commands and the link above lead to a server that is about to end.
    if (first === waiting || first === escalated || first === interrupted) say(leaving(prepared));
    return options.once ? first : 0;
  }
  if (typeof first !== "number") {
    await commandLine.stop();
    // Without --once there is no other end than being told to.
    if (first === "aborted") return options.once ? interrupted : 0;
    throw new Error(first.lost);
  }
  say(`the server stays at ${started.url} (the dashboard goes on working); Ctrl-C ends it`);
  const second = await Promise.race([stop, lost]);
  if (second === "aborted") return 0;
  throw new Error(second.lost);
}

/** The same command line with `--once` would only end again where a person is needed. */
function leaving({ options: { once, platform }, state }: Prepared): string {
  if (platform !== null) {
    const next = once ? "without --once it stays and you can answer" : "the next start begins anew";
    return `the simulated ${platform} ends now, and this loop with it; ${next}`;
  }
  const next = once ? "start again without --once to answer" : "start again to go on";
  return `the server ends now; the loop waits in ${state}: ${next}`;
}

/** Resolves when a child that should live has ended, with what it said last. */
function anyEnds(children: Child[]): Promise<{ lost: string }> {
  return Promise.race(
    children.map(async (child) => {
      const how = await child.ended;
      return { lost: `the ${child.name} ${how}\n${child.words()}`.trimEnd() };
    }),
  );
}
