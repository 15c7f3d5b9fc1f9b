import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parse } from "yaml";
import { type Contexts, evaluate, holds } from "./expressions.ts";
import { type ReadLog, readAssignments, readLog } from "./log.ts";
import * as files from "./workflow-files.ts";

/** What the platform knows of a run, and lends to its jobs. */
export interface RunContext {
  /** Folder for everything of this run. */
  folder: string;
  /** The Node that stands for `node24`. */
  node: string;
  /** Folders of programs of the machine, as PATH has them. */
  path: string;
  inputs: Readonly<Record<string, string>>;
  vars: Readonly<Record<string, string>>;
  /** `github.token` of a job, by its permission on contents; absent: no such token. */
  token?: (contents: string) => string;
  /** Where jobs with `id-token: write` ask for a token, and with what; absent: the platform has none. */
  idToken?: () => { url: string; token: string };
  serverUrl: string;
  repository: string;
  /** Folder of the action that stands behind every `uses`. */
  action: string;
  /** More variables of a job, as its `env` would give. */
  env?: (job: string) => Record<string, string>;
  /** Told of each action that was begun: its process, and what it has said so far. */
  started?(job: string, child: ChildProcess, output: () => string): void;
}

export interface StepRun {
  job: string;
  exitCode: number | null;
  outputs: Record<string, string>;
  summary: string;
  log: ReadLog;
  /** What it printed, before anything is hidden. */
  raw: string;
  /** How `post` ended; null: it did not run. */
  post: number | null;
}

export interface WorkflowRun {
  /** Jobs and how they ended. */
  jobs: Record<string, "success" | "failure" | "skipped">;
  steps: StepRun[];
}

/**
 * Runs a workflow's jobs one after another, as GitHub's runner would: inputs, files and variables are
 * those that its documentation names. Steps that run a shell are not run, because they prepare machines;
 * containers, matrices and everything else that our workflows do not use is an error.
 */
export async function runWorkflow(file: string, context: RunContext): Promise<WorkflowRun> {
  const workflow = files.Workflow.parse(parse(readFileSync(file, "utf8")));
  const inputs = files.inputsOf(workflow, context.inputs);
  const jobs: WorkflowRun["jobs"] = {};
  const steps: StepRun[] = [];
  const needs: Record<string, Contexts> = {};
  for (const [name, job] of Object.entries(workflow.jobs)) {
    const needed = job.needs === undefined ? [] : [job.needs].flat();
    const contexts: Contexts = { inputs, vars: context.vars, needs };
    const isReady = needed.every((each) => jobs[each] === "success");
    if (!isReady || (job.if !== undefined && !holds(job.if, contexts))) {
      jobs[name] = "skipped";
      continue;
    }
    const ran = await runJob(
      name,
      job,
      { ...context, permissions: job.permissions ?? workflow.permissions },
      contexts,
    );
    steps.push(...ran.steps);
    jobs[name] = ran.steps.every(({ exitCode }) => exitCode === 0) ? "success" : "failure";
    needs[name] = { outputs: ran.outputs };
  }
  return { jobs, steps };
}

interface JobContext extends RunContext {
  permissions: Record<string, string>;
}

async function runJob(name: string, job: files.Job, context: JobContext, contexts: Contexts) {
  const steps: StepRun[] = [];
  const outputsOf: Record<string, Contexts> = {};
  const contents = context.permissions.contents ?? "none";
  const github = { token: context.token?.(contents) ?? "" };
  for (const step of job.steps) {
    if (step.uses === undefined) continue;
    const given = Object.entries(step.with ?? {}).map(([key, text]) => [
      key,
      evaluate(text, { ...contexts, github }),
    ]);
    const ran = await runAction(name, Object.fromEntries(given), github, context);
    steps.push(ran);
    if (step.id !== undefined) outputsOf[step.id] = { outputs: ran.outputs };
    if (ran.exitCode !== 0) break;
  }
  const outputs = Object.entries(job.outputs ?? {}).map(([key, text]) => [
    key,
    evaluate(text, { ...contexts, steps: outputsOf }),
  ]);
  return { steps, outputs: Object.fromEntries(outputs) as Record<string, string> };
}

async function runAction(
  job: string,
  given: Record<string, string>,
  github: Contexts,
  context: JobContext,
): Promise<StepRun> {
  const definition = join(context.action, "action.yml");
  const action = files.Action.parse(parse(readFileSync(definition, "utf8")));
  const inputs = files.actionInputs(action, given, (text) => evaluate(text, { github }));
  const folder = mkdtempSync(join(context.folder, `${job}-`));
  const paths = filesFor(folder);
  const env = { ...environment(inputs, paths, context), ...context.env?.(job) };
  const begun = await start(context, join(dirname(definition), action.runs.main), env, (child, output) =>
    context.started?.(job, child, output),
  );
  const state = Object.entries(readAssignments(readFileSync(paths.GITHUB_STATE, "utf8")));
  const saved = Object.fromEntries(state.map(([key, value]) => [`STATE_${key}`, value]));
  // `post` comes however `main` ended, as `post-if: always()` says.
  const script = join(dirname(definition), action.runs.post);
  const after = await start(context, script, { ...env, ...saved }, () => {});
  return {
    ...{ job, exitCode: begun.exitCode, post: after.exitCode, raw: begun.output },
    outputs: files.declaredOutputs(action, readAssignments(readFileSync(paths.GITHUB_OUTPUT, "utf8"))),
    summary: readFileSync(paths.GITHUB_STEP_SUMMARY, "utf8"),
    log: readLog(begun.output),
  };
}

const fileNames = [
  "GITHUB_OUTPUT",
  "GITHUB_STATE",
  "GITHUB_STEP_SUMMARY",
  "GITHUB_ENV",
  "GITHUB_PATH",
] as const;

/** Empty files for what a step tells the platform, in a folder of their own, as GitHub's runner has them. */
function filesFor(folder: string): Record<(typeof fileNames)[number], string> {
  const commands = join(folder, "_temp", "_runner_file_commands");
  mkdirSync(commands, { recursive: true });
  mkdirSync(join(folder, "workspace"), { recursive: true });
  const pairs = fileNames.map((name) => [name, join(commands, name.toLowerCase())] as const);
  for (const [, path] of pairs) writeFileSync(path, "");
  return Object.fromEntries(pairs) as Record<(typeof fileNames)[number], string>;
}

/**
 * Nothing of the test's own environment but the machine's: what an action needs has to come from the
 * platform.
 */
function environment(
  inputs: Record<string, string>,
  paths: Record<string, string>,
  { path, folder, serverUrl, repository, permissions, idToken }: JobContext,
): Record<string, string> {
  const root = dirname(dirname(dirname(paths.GITHUB_OUTPUT ?? "")));
  const named = Object.entries(inputs).map(([name, value]) => [
    `INPUT_${name.replaceAll(" ", "_").toUpperCase()}`,
    value,
  ]);
  const asks = permissions["id-token"] === "write" ? idToken?.() : undefined;
  return {
    ...{ PATH: path, HOME: folder, CI: "true", GITHUB_ACTIONS: "true", LANG: "C.UTF-8" },
    ...{ GITHUB_SERVER_URL: serverUrl, GITHUB_REPOSITORY: repository },
    ...{ GITHUB_WORKSPACE: join(root, "workspace"), RUNNER_TEMP: join(root, "_temp") },
    ...paths,
    ...Object.fromEntries(named),
    ...(asks ? { ACTIONS_ID_TOKEN_REQUEST_URL: asks.url, ACTIONS_ID_TOKEN_REQUEST_TOKEN: asks.token } : {}),
  };
}

async function start(
  { node }: RunContext,
  script: string,
  env: Record<string, string>,
  started: (child: ChildProcess, output: () => string) => void,
): Promise<{ exitCode: number | null; output: string }> {
  if (!existsSync(script)) throw new Error(`${script} is not there: build the action first`);
  const child = spawn(node, [script], { env, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  started(child, () => output);
  const [exitCode] = (await once(child, "close")) as [number | null];
  return { exitCode, output };
}
