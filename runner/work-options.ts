import { mkdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { redactor } from "@tamma/core/engine/redact.ts";
import { type Identity, readIdentity } from "./client/identity.ts";
import type { Proof } from "./client/proof.ts";
import { runnerClient } from "./client.ts";
import { endings } from "./ending.ts";
import { openInstance } from "./instance.ts";
import { chooseEnclosure, type SandboxSetting } from "./sandbox/choose.ts";
import { sayProtection } from "./sandbox/say-protection.ts";
import { ownSecrets } from "./secrets.ts";
import type { WorkOptions } from "./serve.ts";
import { toolVersions } from "./tool-versions.ts";

export interface WorkArguments {
  sandbox: SandboxSetting;
  /** Absolute paths that commands are shown, or are not, besides what they are by themselves. */
  show: string[];
  hide: string[];
  /** Folder for the workspaces of jobs; one in the system's folder for temporary files when it is absent. */
  work?: string;
  withParent: boolean;
  /** Jobs are handed back at the first signal. */
  atOnce?: boolean;
  say(line: string): void;
}

/** Who the runner is: by the file of an enrolled key, or a run of CI with a secret of its own. */
export type Who = { keyFile: string } | { name: string; proof: Proof; secret: string };

/** All that doing jobs needs on this machine. @throws IdentityError, SandboxUnusable */
export async function workOptions(who: Who, options: WorkArguments): Promise<WorkOptions> {
  const { sandbox, withParent, say, atOnce = false } = options;
  const show = [...options.show, ...pathsIn(process.env.TAMMA_SHOW)];
  const hide = [...options.hide, ...pathsIn(process.env.TAMMA_HIDE)];
  const identity: Identity | null = "keyFile" in who ? readIdentity(who.keyFile) : null;
  const work = resolve(options.work ?? join(tmpdir(), `tamma-runner-${process.getuid?.() ?? "user"}`));
  mkdirSync(work, { recursive: true, mode: 0o700 });
  const keyFile = "keyFile" in who ? who.keyFile : canaryIn(work);
  const { enclosure, passedOver } = await chooseEnclosure(sandbox, { work, keyFile, show, hide });
  sayProtection(enclosure, passedOver, say);
  const instance = openInstance(work, identity?.runner ?? ("name" in who ? who.name : ""));
  process.on("exit", () => instance.close());
  // Loaded only here: the jobs bring a compiler along, which enrolling does not need.
  const { runJob } = await import("./jobs/run-job.ts");
  return {
    client: runnerClient("proof" in who ? who.proof : (identity as Identity), fetch),
    runJob,
    instance,
    work: instance.folder,
    enclosure,
    redactor: redactor(ownSecrets(process.env, identity)),
    secret: "secret" in who ? who.secret : (identity as Identity).privateKey,
    labels: [process.platform, process.arch],
    tools: { ...(await toolVersions()), ...enclosure.tools, sandbox: enclosure.protection.kind },
    say,
    ...endings({ withParent, atOnce, say }),
  };
}

/** A file of the runner that commands must not see, where there is no key: walls are tried on it. */
function canaryIn(work: string): string {
  const file = join(work, ".canary");
  writeFileSync(file, "commands of a project do not see this\n", { mode: 0o600 });
  return file;
}

/** Paths in a variable, as PATH has them: for runners that somebody else starts, such as `npm start`. */
function pathsIn(variable = ""): string[] {
  return variable
    .split(delimiter)
    .filter((path) => path !== "")
    .map((path) => resolve(path));
}
