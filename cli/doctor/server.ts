import { Health, type Runner } from "@tamma/core/protocol/rest.ts";
import { CliError, exitCodes } from "../exit-codes.ts";
import type { Api } from "../http/api.ts";
import { renderDuration } from "../render/text.ts";
import { type Finding, fault, ok, skipped, warning } from "./finding.ts";

/** A runner's signature counts for a minute; a clock that is further off shuts every runner out. */
const clockOffMsMax = 60_000;
/** Times in the record are the server's; past this they look wrong to a person. */
const clockOddMs = 5_000;
/** A runner asks for jobs every 25 s. */
const runnerQuietMs = 90_000;
const healthTimeoutMs = 10_000;

/** The server itself: there, of this version, our token good, its clock ours. Null api: none is known. */
export async function checkServer(
  api: Api | CliError,
  version: string,
  now: () => number,
): Promise<{ findings: Finding[]; reached: Api | null }> {
  if (api instanceof CliError) return { findings: [fault("server", api.message, api.todo)], reached: null };
  const asked = now();
  const report = await api.serverReport().catch((error: unknown) => errorOf(error));
  if (report instanceof CliError) {
    const what = report.exitCode === exitCodes.signIn ? "token" : "server";
    return { findings: [fault(what, report.message, report.todo)], reached: null };
  }
  const answered = now();
  const server =
    report.version === version
      ? ok("server", `${api.server}, version ${version}`)
      : warning(
          "server",
          `${api.server} is version ${report.version}, this command line ${version}`,
          "use both of one version",
        );
  const findings = [server, ok("token", `good, for ${report.user}`)];
  // Half of the way there and back is not the clock's fault.
  findings.push(checkClock(report.now - (asked + answered) / 2, (answered - asked) / 2));
  return { findings, reached: api };
}

function checkClock(offMs: number, unsureMs: number): Finding {
  const off = Math.max(0, Math.abs(offMs) - unsureMs);
  const way = offMs < 0 ? "behind" : "ahead of";
  const says = `the server's is ${renderDuration(Math.abs(offMs))} ${way} this one`;
  const todo = "set both clocks (NTP)";
  if (off > clockOffMsMax) return fault("clock", `${says}: no runner of this machine would be let in`, todo);
  return off > clockOddMs ? warning("clock", says, todo) : ok("clock", "the same here and at the server");
}

/** Objects, database, bodies, and how far the copies are behind: as the server itself says. */
export async function checkHealth(server: string): Promise<Finding[]> {
  try {
    const response = await fetch(`${server}/health`, { signal: AbortSignal.timeout(healthTimeoutMs) });
    const { parts } = Health.parse(await response.json());
    return Object.entries(parts).map(([part, state]) => {
      if (state === "ok" || state.startsWith("ok, ")) return ok(part, state);
      const todo = state.includes("tamma reconcile")
        ? "run `tamma reconcile`"
        : "look into the server's log: `tamma logs --server-log --level warn`";
      // Without the objects nothing goes on; without the rest the work goes on or waits.
      return part === "objects" || part === "orchestrator"
        ? fault(part, state, todo)
        : warning(part, state, todo);
    });
  } catch (error) {
    return [fault("health", `${server}/health does not answer: ${errorOf(error).message}`, "start it again")];
  }
}

export async function checkProvider(api: Api): Promise<Finding> {
  const report = await api.checkProvider().catch((error: unknown) => errorOf(error));
  if (report instanceof CliError) return fault("provider", report.message, report.todo);
  const { provider, model, label, problem } = report;
  const who = `${provider}, model ${model}${label === null ? "" : ` (${label})`}`;
  if (problem === null) return ok("provider", who);
  const todo =
    problem.kind === "auth"
      ? "check ANTHROPIC_API_KEY, then start the server again"
      : "check ANTHROPIC_BASE_URL, TAMMA_MODEL and the network, then start the server again";
  return fault("provider", `${who} cannot serve: ${problem.message} (${problem.kind})`, todo);
}

export async function checkRunners(api: Api, now: number): Promise<Finding[]> {
  const runners = await api.runners().catch((error: unknown) => errorOf(error));
  if (runners instanceof CliError) return [fault("runners", runners.message, runners.todo)];
  const own = runners.filter((runner) => runner.revokedAt === null);
  if (own.length === 0)
    return [warning("runners", "none is enrolled, so no job is done", "`tamma runners enroll --key FILE`")];
  const alive = own.filter((runner) => isAlive(runner, now));
  const findings = own.map((runner) => protectionOf(runner, now));
  if (alive.length > 0) return findings;
  const todo = "start one: `tamma-runner serve --key FILE`, or `npm start`";
  return [...findings, warning("runners", "none asks for jobs now", todo)];
}

function isAlive({ seenAt }: Runner, now: number): boolean {
  return seenAt !== null && now - seenAt < runnerQuietMs;
}

/** What stands between the machine and a job, as the runner said it when it last asked for work. */
function protectionOf(runner: Runner, now: number): Finding {
  const what = `runner ${runner.name}`;
  if (runner.seenAt === null) return skipped(what, "it was never seen");
  const seen = `seen ${renderDuration(Math.max(0, now - runner.seenAt))} ago`;
  const { sandbox } = runner.tools;
  if (!isAlive(runner, now)) return skipped(what, seen);
  if (sandbox === undefined) return ok(what, `${seen}, its protection is not told`);
  if (sandbox === "process-limits")
    return warning(
      what,
      `${seen}, only process limits stand between its machine and a job`,
      "install bubblewrap on it (package bubblewrap), then start it again",
    );
  return ok(what, `${seen}, jobs run behind ${sandbox}`);
}

function errorOf(error: unknown): CliError {
  if (error instanceof CliError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new CliError({ exitCode: exitCodes.failed, message, todo: "start the server again" });
}
