import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { parseProjectConfig, renderConfigProblem } from "@tamma/core/protocol/config-file.ts";
import type { Repository } from "@tamma/core/protocol/rest.ts";
import { type Finding, fault, ok, skipped, warning } from "./finding.ts";

const run = promisify(execFile);
const gitTimeoutMs = 10_000;
const configFile = ".tamma.yml";

/** A repository as this machine sees it. An address elsewhere is the runner's to reach. */
export async function checkRepository({ name, url, defaultBranch }: Repository): Promise<Finding[]> {
  const what = `repository ${name}`;
  if (/^[a-z+]+:\/\/|^[^/]+@[^/]+:/i.test(url) && !url.startsWith("file://"))
    return [skipped(what, `${url} is elsewhere; its runner reads it`)];
  const path = url.replace(/^file:\/\//, "");
  if (!existsSync(path))
    return [fault(what, `${path} is not there`, "put it back, or add it again where it is now")];
  const head = await git(path, ["rev-parse", "--verify", "--quiet", `refs/heads/${defaultBranch}`]);
  if (head === null)
    return [fault(what, `${path} has no branch ${defaultBranch}`, `make it, or add the repository again`)];
  const findings = [ok(what, `${path}, branch ${defaultBranch} at ${head.slice(0, 12)}`)];
  findings.push(await checkConfig(what, path, defaultBranch), ...(await checkTree(what, path)));
  return findings;
}

/** What a loop reads: the settings of the branch, and a way to run tests. */
async function checkConfig(what: string, path: string, branch: string): Promise<Finding> {
  const text = (await git(path, ["show", `refs/heads/${branch}:${configFile}`])) ?? "";
  const parsed = parseProjectConfig(text);
  if ("problem" in parsed)
    return fault(
      what,
      renderConfigProblem(parsed.problem),
      `correct ${configFile} on ${branch} and commit it`,
    );
  if (parsed.config.test !== undefined) return ok(what, `tests by \`${parsed.config.test}\``);
  const script = testScript(await git(path, ["show", `refs/heads/${branch}:package.json`]));
  if (script !== null) return ok(what, `tests by its script \`${script}\``);
  return warning(
    what,
    `no test command is committed on ${branch}: nothing can be proven`,
    `add a line to ${configFile}, for example \`test: make test\``,
  );
}

function testScript(text: string | null): string | null {
  try {
    const script = (JSON.parse(text ?? "{}") as { scripts?: { test?: unknown } }).scripts?.test;
    // What `npm init` writes where a test script would be.
    return typeof script === "string" && !/no test specified/.test(script) ? script : null;
  } catch {
    return null;
  }
}

async function checkTree(what: string, path: string): Promise<Finding[]> {
  if ((await git(path, ["rev-parse", "--is-bare-repository"])) === "true") return [];
  const changed = (await git(path, ["status", "--porcelain", "--untracked-files=no"])) ?? "";
  const files = changed.split("\n").filter((line) => line !== "");
  const findings: Finding[] = [];
  if (files.length > 0)
    findings.push(
      warning(
        what,
        `${files.length} changed files: a merge will wait`,
        "commit or stash them before the merge",
      ),
    );
  const file = join(path, configFile);
  const parsed = existsSync(file) ? parseProjectConfig(readFileSync(file, "utf8")) : null;
  if (parsed && "problem" in parsed)
    findings.push(warning(what, renderConfigProblem(parsed.problem), "correct it before it is committed"));
  return findings;
}

/** What git prints, without the last line end; null when it fails. Nothing of the repository is run. */
async function git(folder: string, args: string[]): Promise<string | null> {
  try {
    const safe = ["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"];
    const env = { ...process.env, GIT_TERMINAL_PROMPT: "0", GIT_OPTIONAL_LOCKS: "0", LC_ALL: "C" };
    const { stdout } = await run("git", [...safe, ...args], { cwd: folder, env, timeout: gitTimeoutMs });
    return stdout.trimEnd();
  } catch {
    return null;
  }
}
