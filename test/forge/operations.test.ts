import { expect, test } from "vitest";
import { gitea } from "./dialects/gitea/index.ts";
import { github } from "./dialects/github/index.ts";
import { type SimulatedForge, startForge } from "./index.ts";
import { asker } from "./testing.ts";

/** Every operation that reads is asked once, with something there for it to find. */

const name = "acme/shop";
const [acme, ann] = [
  { in: name, by: "acme" },
  { in: name, by: "ann" },
];

/** A pull request with everything, and what the paths call its parts. */
async function furnish(forge: SimulatedForge, dialect: "github" | "gitea") {
  const { people } = forge;
  const workflow = dialect === "github" ? ".github/workflows/ci.yml" : ".gitea/workflows/ci.yml";
  const files = { "a.txt": "one\ntwo\n", "d/e.txt": "x\n", [workflow]: "on: workflow_dispatch\n" };
  await forge.addRepository({ name, files, collaborators: { ann: "write" } });
  people.openIssue(ann, { title: "It breaks", labels: ["tamma"], assignees: ["ann"] });
  await people.push(ann, "fix", { files: { "a.txt": "one\nTWO\n", "d/e.txt": null, "new.txt": "n\n" } });
  const pull = await people.openPull(ann, { title: "Fix", head: "fix", base: "main" });
  const comment = people.comment(ann, 2, "Hello");
  people.react(acme, comment, "eyes");
  const inline = { path: "a.txt", line: 2, body: "Why?" };
  const review = people.review(acme, 2, { verdict: "changes-requested", body: "No", comments: [inline] });
  people.reply(ann, 2, 0, "Because");
  people.resolve(acme, 2, 0);
  people.reportStatus(acme, { sha: pull.headSha, context: "build", state: "success" });
  const check =
    dialect === "github" ? { sha: pull.headSha, name: "lint", conclusion: "success" as const } : null;
  const checkRun = check && people.reportCheck(acme, check);
  const run = await people.startRun(acme, { workflow: "ci.yml", branch: "fix", event: "push" });
  people.finishRun(run, { conclusion: "failure", log: "no\n" });
  await people.protect(name, "main", { checks: ["build"], approvals: 1, strict: true });
  const hook = forge.webhooks.add(name, { url: "http://127.0.0.1:9/", secret: "s", events: ["none"] });
  await people.merge(acme, 2, "merge");
  return { pull, comment, review, run, hook, checkRun };
}

type Furnished = Awaited<ReturnType<typeof furnish>>;

function filled(template: string, { pull, comment, review, run, hook, checkRun }: Furnished): string {
  const [thread] = pull.threads;
  const [file] = pull.files;
  const ofThread = template.includes("/pulls/comments/");
  const id = template.includes("/hooks/") ? hook.id : template.includes("/reviews/") ? review.id : comment.id;
  const values: Readonly<Record<string, string | number | undefined>> = {
    ...{ owner: "acme", repo: "shop", issue_number: 2, pull_number: 2, index: 2, id, name: "tamma" },
    ...{ comment_id: ofThread ? thread?.comments[0]?.id : comment.id, username: "ann", collaborator: "ann" },
    ...{ branch: "main", ref: template.includes("/git/") ? "heads/main" : "fix", base: "main", head: "fix" },
    ...{ basehead: "main...fix", sha: template.includes("/blobs/") ? file?.blob : pull.headSha },
    ...{ tree_sha: pull.headSha, file_sha: file?.blob, path: "a.txt", filepath: "a.txt", run_id: run.id },
    ...{ run: run.id, job_id: run.jobs[0]?.id, workflow_id: "ci.yml", hook_id: hook.id, user: "ann" },
    ...{ check_run_id: checkRun?.id, diffType: "diff" },
  };
  return template.replace(/\{(\w+)\}/g, (_, param: string) => String(values[param]));
}

test.each([github, gitea])("$name reads every operation, in the shapes of its contract", async (dialect) => {
  await using forge = await startForge({ dialect: dialect.name });
  const furnished = await furnish(forge, dialect.name);
  const ask = asker(forge, forge.addToken({ user: "acme" }));
  const reads = dialect.routes
    .filter(({ method, access }) => method === "GET" && access.level !== "app")
    // There are no organizations here, which is what it says.
    .filter(({ path }) => !path.startsWith("/orgs/"));
  const failed: string[] = [];
  for (const { path } of reads) {
    const query = path.startsWith("/search") ? "?q=breaks" : "";
    const { status } = await ask(`GET ${filled(path, furnished)}${query}`);
    if (![200, 204, 302].includes(status)) failed.push(`${status} ${path}`);
  }
  expect(failed).toEqual([]);
  expect(reads.length).toBeGreaterThan(30);
  expect(forge.violations).toEqual([]);
});
