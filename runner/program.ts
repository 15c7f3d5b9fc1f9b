import { resolve } from "node:path";
import { markInvisible } from "@tamma/core/domain/text/invisible.ts";
import { JobKind } from "@tamma/core/protocol/runner.ts";
import { Command, InvalidArgumentError, Option } from "commander";
import { runInCi } from "./ci/run.ts";
import { enrol } from "./enroll.ts";
import { watchRefs } from "./refs-watch.ts";
import { type SandboxSetting, sandboxSettings } from "./sandbox/choose.ts";
import { serve } from "./serve.ts";
import { workOptions } from "./work-options.ts";

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

interface SandboxArguments {
  sandbox: SandboxSetting;
  show: string[];
  hide: string[];
}

interface ServeArguments extends SandboxArguments {
  key: string;
  jobs: number;
  work?: string;
  withParent: boolean;
}

interface CiArguments extends SandboxArguments {
  server?: string;
  loop?: string;
  key?: string;
  kinds?: JobKind[];
  work?: string;
}

const serving = program
  .command("serve")
  .description("wait for jobs and do them, until told to end")
  .requiredOption("--key <file>", "private key of this runner (see enroll)")
  .option("--jobs <n>", "jobs at once", jobCount, jobsDefault)
  .option("--work <folder>", "folder for the workspaces of jobs")
  .option("--with-parent", "end when the process that started this one ends", false)
  .action(async ({ key, jobs, ...options }: ServeArguments) => {
    const work = await workOptions({ keyFile: resolve(key) }, { ...options, say });
    say(`waiting for jobs, ${jobs} at once`);
    await Promise.all([serve(jobs, work), watchRefs(work)]);
    say("ended");
  });

const working = program
  .command("ci")
  .description("do the jobs of one loop in a run of CI, one after another, then end")
  .addOption(new Option("--server <url>", "address of the Tamma server").env("TAMMA_SERVER"))
  .addOption(new Option("--loop <id>", "the loop; without it the one that the run is for").env("TAMMA_LOOP"))
  .option("--key <file>", "private key of an enrolled runner, where the run cannot prove itself")
  .option("--kinds <list>", "only jobs of these kinds, separated by commas", jobKinds)
  .option("--work <folder>", "folder for the workspaces of jobs")
  .action(async ({ server, loop, key, kinds, ...options }: CiArguments) => {
    const keyFile = key === undefined ? null : resolve(key);
    if (!server && keyFile === null)
      throw new Error("a server is missing: give --server, or set TAMMA_SERVER");
    const run = { keyFile, server: server ?? "", loop: loop || null, kinds: kinds ?? null };
    process.exitCode = await runInCi({ ...options, ...run });
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

function absolute(path: string, before: string[]): string[] {
  return [...before, resolve(path)];
}

function jobCount(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= jobsMax) return count;
  throw new InvalidArgumentError(`a whole number from 1 to ${jobsMax}`);
}

function jobKinds(text: string): JobKind[] {
  const parsed = JobKind.array()
    .min(1)
    .safeParse(text.split(",").map((kind) => kind.trim()));
  if (parsed.success) return parsed.data;
  throw new InvalidArgumentError(`some of ${JobKind.options.join(", ")}`);
}

function say(line: string): void {
  console.log(`tamma-runner: ${markInvisible(line)}`);
}

try {
  await program.parseAsync();
  // Sockets of the last poll may linger; nothing waits for them.
  process.exit();
} catch (error) {
  console.error(`tamma-runner: ${markInvisible(error instanceof Error ? error.message : String(error))}`);
  process.exit(1);
}
