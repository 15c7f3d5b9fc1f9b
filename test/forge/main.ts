import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { onParentGone } from "../../server/parent.ts";
import { createSample } from "../../server/sample/create.ts";
import { sampleIssues } from "../../server/sample/issues.ts";
import { checkEveryPush, ciFile, ciWorkflow } from "./ci.ts";
import { type SimulatedForge, startForge } from "./index.ts";
import { branches, git } from "./model/git.ts";
import { openPages } from "./pages.ts";

/**
 * `node test/forge/main.ts --platform github|gitea [--blank] [--with-parent]`: a simulated platform with the
 * sample repository on it, on ports of its own. The first line on standard output says where it is and the
 * token of the account made for Tamma. Everything on it is gone when it ends.
 *
 * With `--blank` it is as somebody finds a server of his own: accounts with tokens, and on GitHub, where
 * nobody makes a repository by token alone, a public one with nothing but a README.
 */
const name = "tally/invoices";
const owner = { in: name, by: "tally" };
const bot = "tamma-bot";
const scopes = {
  github: ["repo", "workflow"],
  gitea: ["write:repository", "write:issue", "read:user"],
};

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      platform: { type: "string" },
      "with-parent": { type: "boolean", default: false },
      blank: { type: "boolean", default: false },
    },
  });
  const { platform } = values;
  if (platform !== "github" && platform !== "gitea") throw new Error("--platform is github or gitea");
  const forge = await startForge({ dialect: platform });
  if (values.blank) return openBlank(forge, platform, values["with-parent"]);
  const folder = await mkdtemp(join(tmpdir(), "forge-sample-"));
  const pages = await openPages({ forge, platform, owner, bot });
  endWith(values["with-parent"], async () => {
    await pages.close();
    await forge[Symbol.asyncDispose]();
  });

  try {
    const repository = await forge.addRepository({
      ...{ name, private: true },
      collaborators: { [bot]: "admin" },
    });
    // With its whole history, as somebody would have pushed it.
    await git(repository.dir, ["fetch", "-q", await createSample(folder), "+refs/heads/*:refs/heads/*"]);
    repository.refs = await branches(repository.dir);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  await forge.people.push(owner, "main", {
    files: { [`.${platform}/workflows/${ciFile}`]: ciWorkflow },
    message: "Let the platform check every push",
  });
  checkEveryPush(forge, platform, owner, () => null);
  for (const { title, body, labels } of sampleIssues)
    forge.people.openIssue(owner, { title, body, labels: [...labels] });
  const token = forge.addToken({ user: bot, scopes: scopes[platform] });
  const ready = { url: forge.url, pages: pages.origin, repository: name, owner: owner.by, token };
  process.stdout.write(`${JSON.stringify(ready)}\n`);
}

function endWith(parent: boolean, close: () => Promise<void>): void {
  const end = async () => {
    await close();
    process.exit(0);
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => void end());
  if (parent) onParentGone(() => void end());
}

/** What the suite on a real server needs of tokens; a token of an administrator may do everything. */
const blankScopes = {
  github: ["repo", "workflow"],
  gitea: ["write:repository", "write:issue", "write:user"],
};

async function openBlank(
  forge: SimulatedForge,
  platform: "github" | "gitea",
  parent: boolean,
): Promise<void> {
  endWith(parent, async () => {
    // Whoever drove it from outside cannot see what it was asked against the platform's description.
    process.stderr.write(`violations: ${[forge.violations.length, ...forge.violations].join("\n")}\n`);
    await forge[Symbol.asyncDispose]();
  });
  const repository = "acme/lent";
  if (platform === "github")
    await forge.addRepository({
      ...{ name: repository, files: { "README.md": "# Lent\n" } },
      collaborators: { [bot]: "admin", writer: "write" },
    });
  const tokenOf = (user: string) => forge.addToken({ user, scopes: blankScopes[platform] });
  const tokens = { token: tokenOf(bot), writer: tokenOf("writer"), stranger: tokenOf("stranger") };
  const admin = forge.addToken({ user: "root", scopes: ["all"] });
  const ready = { url: forge.url, ...tokens, ...(platform === "github" ? { repository } : { admin }) };
  process.stdout.write(`${JSON.stringify(ready)}\n`);
}

await main();
