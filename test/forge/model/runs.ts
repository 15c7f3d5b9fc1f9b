import { blob, entryAt, listTree } from "./history.ts";
import { emit, type Model } from "./model.ts";
import { Refusal } from "./refusal.ts";
import type { Conclusion, Job, Repository, Run, User, Workflow } from "./types.ts";

/** How a run ends. `jobs`: several of them; otherwise it has one named "build". */
export interface Outcome {
  readonly conclusion: Conclusion;
  readonly log?: string;
  readonly jobs?: readonly { name: string; conclusion: Conclusion; log: string }[];
}

/** Files in these folders of a commit are its workflows; each keeps its id. */
export async function workflowsAt(
  model: Model,
  repository: Repository,
  at: { rev: string; folders: readonly string[] },
): Promise<Workflow[]> {
  const seen: Workflow[] = [];
  for (const folder of at.folders) {
    const entries = (await listTree(repository.dir, { rev: at.rev, path: folder })) ?? [];
    for (const { path: file } of entries.filter(({ path }) => /\.ya?ml$/.test(path))) {
      const path = `${folder}/${file}`;
      const known = repository.workflows.find((workflow) => workflow.path === path);
      const workflow = known ?? { id: model.nextId(), path, file };
      if (!known) repository.workflows.push(workflow);
      seen.push(workflow);
    }
  }
  return seen;
}

export interface Dispatch {
  readonly workflow: Workflow;
  readonly branch: string;
  readonly inputs: Readonly<Record<string, string>>;
}

/**
 * Starts a run by hand.
 *
 * @throws Refusal `validation`: the workflow of that branch is not started by hand, or does not declare an
 * input (looked for as a key below `workflow_dispatch`, without reading all of YAML)
 */
export async function dispatchRun(model: Model, repository: Repository, actor: User, order: Dispatch) {
  const sha = repository.refs.get(order.branch);
  if (sha === undefined) throw new Refusal("validation", `No ref found for: ${order.branch}`, "ref");
  const entry = await entryAt(repository.dir, sha, order.workflow.path);
  const text = entry ? ((await blob(repository.dir, entry.sha))?.toString() ?? "") : "";
  const at = text.indexOf("workflow_dispatch");
  if (at < 0) throw new Refusal("validation", "Workflow does not have 'workflow_dispatch' trigger");
  const unknown = Object.keys(order.inputs).filter((name) => !declares(text.slice(at), name));
  if (unknown.length > 0) {
    throw new Refusal("validation", `Unexpected inputs provided: ${JSON.stringify(unknown)}`);
  }
  const title = titleIn(text, order.inputs);
  return startRun(model, repository, actor, { ...order, sha, event: "workflow_dispatch", title });
}

/** `run-name` with the run's inputs; undefined where the workflow has none. */
function titleIn(text: string, inputs: Dispatch["inputs"]): string | undefined {
  const [, name] = /^run-name:\s*(.+)$/m.exec(text) ?? [];
  return name?.replace(/\$\{\{\s*inputs\.(\w+)\s*\}\}/g, (_, input: string) => inputs[input] ?? "");
}

const declares = (text: string, name: string): boolean =>
  text.split("\n").some((line) => line.trim().replace(/["']/g, "").startsWith(`${name}:`));

/** A run with one job, waiting for a machine. */
export function startRun(
  model: Model,
  repository: Repository,
  actor: User,
  made: Dispatch & { sha: string; event: string; title?: string | undefined },
): Run {
  const now = model.now();
  const run: Run = {
    ...{ id: model.nextId(), number: repository.runs.length + 1, attempt: 1, repository, actor, ...made },
    title: made.title ?? made.workflow.file,
    ...{ status: "queued", conclusion: null, createdAt: now, startedAt: null, updatedAt: now, jobs: [] },
  };
  run.jobs.push(newJob(model, run, "build"));
  repository.runs.push(run);
  emit(model, { type: "run", action: "requested", repository, actor, run });
  for (const job of run.jobs) emit(model, { type: "job", action: "queued", repository, actor, job });
  return run;
}

function newJob(model: Model, run: Run, name: string): Job {
  return {
    ...{ id: model.nextId(), run, name, status: "queued", conclusion: null },
    ...{ startedAt: null, completedAt: null, log: null },
  };
}

/** A machine took it. */
export function beginRun(model: Model, run: Run): void {
  if (run.status !== "queued") return;
  const { repository, actor } = run;
  Object.assign(run, { status: "in_progress", startedAt: model.now(), updatedAt: model.now() });
  emit(model, { type: "run", action: "in_progress", repository, actor, run });
  for (const job of run.jobs) {
    if (job.status !== "queued") continue;
    Object.assign(job, { status: "in_progress", startedAt: model.now() });
    emit(model, { type: "job", action: "in_progress", repository, actor, job });
  }
}

/** It is over; one that was over stays as it is. */
export function finishRun(model: Model, run: Run, outcome: Outcome): void {
  if (run.status === "completed") return;
  beginRun(model, run);
  const { repository, actor } = run;
  const ends = outcome.jobs ?? [{ name: "build", log: outcome.log ?? "", conclusion: outcome.conclusion }];
  for (const end of ends) {
    let job = run.jobs.find(({ name }) => name === end.name);
    if (!job) {
      job = newJob(model, run, end.name);
      job.startedAt = model.now();
      run.jobs.push(job);
    }
    if (job.status === "completed") continue;
    Object.assign(job, { status: "completed", conclusion: end.conclusion, log: end.log });
    job.completedAt = model.now();
    emit(model, { type: "job", action: "completed", repository, actor, job });
  }
  run.jobs = run.jobs.filter(({ status }) => status === "completed");
  Object.assign(run, { status: "completed", conclusion: outcome.conclusion, updatedAt: model.now() });
  emit(model, { type: "run", action: "completed", repository, actor, run });
}

/** @throws Refusal `conflict` when it is over */
export function cancelRun(model: Model, run: Run): void {
  if (run.status === "completed") {
    throw new Refusal("conflict", "Cannot cancel a workflow run that is completed.");
  }
  finishRun(model, run, {
    conclusion: "cancelled",
    jobs: run.jobs.map(({ name, log }) => ({ name, conclusion: "cancelled", log: log ?? "" })),
  });
}

/** Jobs that failed, or all of them, wait again. @throws Refusal `forbidden` while it runs */
export function rerun(model: Model, run: Run, which: "failed" | "all"): void {
  if (run.status !== "completed") throw new Refusal("forbidden", "The workflow run is not over.");
  run.jobs = run.jobs.map((job) =>
    which === "failed" && job.conclusion === "success" ? job : newJob(model, run, job.name),
  );
  run.attempt += 1;
  Object.assign(run, { status: "queued", conclusion: null, updatedAt: model.now(), startedAt: null });
  const { repository, actor } = run;
  emit(model, { type: "run", action: "requested", repository, actor, run });
}
