import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { onParentGone } from "../../server/parent.ts";
import { createSample } from "../../server/sample/create.ts";
import { sampleIssues } from "../../server/sample/issues.ts";
import { checkEveryPush, ciFile, ciWorkflow } from "./ci.ts";
import { startForge } from "./index.ts";
import { branches, git } from "./model/git.ts";
import { openPages } from "./pages.ts";

/**
 * `node test/forge/main.ts --platform github|gitea [--with-parent]`: a simulated platform with the sample
 * repository on it, on ports of its own. The first line on standard output says where it is and the token of
 * the account made for Tamma. Everything on it is gone when it ends.
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
    options: { platform: { type: "string" }, "with-parent": { type: "boolean", default: false } },
  });
  const { platform } = values;
  if (platform !== "github" && platform !== "gitea") throw new Error("--platform is github or gitea");
  const forge = await startForge({ dialect: platform });
  const folder = await mkdtemp(join(tmpdir(), "forge-sample-"));
  const pages = await openPages({ forge, platform, owner, bot });
  const end = async () => {
    await pages.close();
    await forge[Symbol.asyncDispose]();
    process.exit(0);
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => void end());
  if (values["with-parent"]) onParentGone(() => void end());

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

await main();
