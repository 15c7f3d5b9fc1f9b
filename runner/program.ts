import { mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { markInvisible } from "@tamma/core/domain/text/invisible.ts";
import { redactor } from "@tamma/core/engine/redact.ts";
import { Command, InvalidArgumentError, Option } from "commander";
import { readIdentity } from "./client/identity.ts";
import { runnerClient } from "./client.ts";
import { endings } from "./ending.ts";
import { enrol } from "./enroll.ts";
import { openInstance } from "./instance.ts";
import { watchRefs } from "./refs-watch.ts";
import { chooseEnclosure, type SandboxSetting, sandboxSettings } from "./sandbox/choose.ts";
import { sayProtection } from "./sandbox/say-protection.ts";
import { ownSecrets } from "./secrets.ts";
import { serve, type WorkOptions, workOffLoop } from "./serve.ts";
import { toolVersions } from "./tool-versions.ts";

/** A laptop does one loop's work at a time; more is asked for by name. */
const jobsDefault = 1;
const jobsMax = 32;

const program = new Command("tamma-runner").description(
  "Does Tamma's jobs on this machine: git, builds, tests and the coding loop.",
);

program
  .command("enroll")
  .description("make a key for this runner and tell the server about it")
  .requiredOption("--server <url>", "address of the Tamma server")
  .requiredOption("--key <file>", "where the private key is kept; made when there is none")
  .option("--token <token>", "token of somebody who may add runners (default: $TAMMA_TOKEN)")
  .option("--name <name>", "name under which people see this runner (default: the machine's)")
  .action(async (options: { server: string; key: string; token?: string; name?: string }) => {
    const token = options.token ?? process.env.TAMMA_TOKEN;
    if (!token) throw new Error("a token is missing: give --token, or set TAMMA_TOKEN");
    const { server, name } = options;
    const keyFile = resolve(options.key);
    const runner = await enrol({ server, token, keyFile, ...(name ? { name } : {}), fetch });
    say(`enrolled as ${runner} at ${server}`);
  });

interface WorkArguments extends SandboxArguments {
  key: string;
  work?: string;
  withParent: boolean;
}

interface SandboxArguments {
  sandbox: SandboxSetting;
  show: string[];
  hide: string[];
}

const serving = program
  .command("serve")
  .description("wait for jobs and do them, until told to end")
  .requiredOption("--key <file>", "private key of this runner (see enroll)")
  .option("--jobs <n>", "jobs at once", jobCount, jobsDefault)
  .option("--work <folder>", "folder for the workspaces of jobs")
  .option("--with-parent", "end when the process that started this one ends", false)
  .action(async (options: WorkArguments & { jobs: number }) => {
    const work = await workOptions(options);
    say(`waiting for jobs, ${options.jobs} at once`);
    await Promise.all([serve(options.jobs, work), watchRefs(work)]);
    say("ended");
  });

const working = program
  .command("ci")
  .description("do the jobs of one loop, one after another, then end")
  .requiredOption("--key <file>", "private key of this runner (see enroll)")
  .requiredOption("--loop <id>", "the loop")
  .option("--work <folder>", "folder for the workspaces of jobs")
  .action(async (options: WorkArguments & { loop: string }) => {
    say(await workOffLoop(options.loop, await workOptions({ ...options, withParent: false })));
  });

for (const command of [serving, working])
  command
    .addOption(
      new Option("--sandbox <kind>", "walls around the project's commands; auto is the best that works here")
        .choices(sandboxSettings)
        .default("auto")
        .env("TAMMA_SANDBOX"),
    )
    .option("--show <path>", "show commands this path too, read-only; may be repeated", absolute, [])
    .option("--hide <path>", "hide this path from commands; may be repeated", absolute, []);

async function workOptions(options: WorkArguments): Promise<WorkOptions> {
  const { sandbox, withParent } = options;
  const show = [...options.show, ...pathsIn(process.env.TAMMA_SHOW)];
  const hide = [...options.hide, ...pathsIn(process.env.TAMMA_HIDE)];
  const keyFile = resolve(options.key);
  const identity = readIdentity(keyFile);
  const work = resolve(options.work ?? join(tmpdir(), `tamma-runner-${process.getuid?.() ?? "user"}`));
  mkdirSync(work, { recursive: true, mode: 0o700 });
  const { enclosure, passedOver } = await chooseEnclosure(sandbox, { work, keyFile, show, hide });
  sayProtection(enclosure, passedOver, say);
  const client = runnerClient(identity, fetch);
  const instance = openInstance(work, identity.runner);
  process.on("exit", () => instance.close());
  // Loaded only here: the jobs bring a compiler along, which enrolling does not need.
  const { runJob } = await import("./jobs/run-job.ts");
  return {
    client,
    runJob,
    instance,
    work: instance.folder,
    enclosure,
    redactor: redactor(ownSecrets(process.env, identity)),
    secret: identity.privateKey,
    labels: [process.platform, process.arch],
    tools: { ...(await toolVersions()), ...enclosure.tools, sandbox: enclosure.protection.kind },
    say,
    ...endings({ withParent, say }),
  };
}

function absolute(path: string, before: string[]): string[] {
  return [...before, resolve(path)];
}

/** Paths in a variable, as PATH has them: for runners that somebody else starts, such as `npm start`. */
function pathsIn(variable = ""): string[] {
  return variable
    .split(delimiter)
    .filter((path) => path !== "")
    .map((path) => resolve(path));
}

function jobCount(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= jobsMax) return count;
  throw new InvalidArgumentError(`a whole number from 1 to ${jobsMax}`);
}

function say(line: string): void {
  console.log(`tamma-runner: ${markInvisible(line)}`);
}

try {
  await program.parseAsync();
  // Sockets of the last poll may linger; nothing waits for them.
  process.exit(0);
} catch (error) {
  console.error(`tamma-runner: ${markInvisible(error instanceof Error ? error.message : String(error))}`);
  process.exit(1);
}
