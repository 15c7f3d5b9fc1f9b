import type { z } from "zod";
import { PlatformError } from "../../ports/platform.ts";
import type { LostDelivery, PlatformSetup, WebhookSetting } from "../../ports/platform-setup.ts";
import { answeredWith, numberOf, orNull, shaped } from "./answers.ts";
import { pageSize, pagesMax } from "./client.ts";
import type { GithubRepository } from "./repository.ts";
import { headOf } from "./repository.ts";
import * as shapes from "./shapes.ts";

/** What `webhooks.ts` reads. */
const events = [
  ...["issues", "issue_comment", "pull_request", "pull_request_review", "pull_request_review_comment"],
  ...["pull_request_review_thread", "push", "check_run", "check_suite", "workflow_run", "workflow_job"],
  "status",
];

/** Webhooks of the repository, labels and a first file. Source: GitHub Docs, "Repository webhooks". */
export function githubSetup(repository: GithubRepository): PlatformSetup {
  const { client, at } = repository;
  return {
    putWebhook: (webhook, known) => putWebhook(repository, webhook, known),
    webhooks: () => listWebhooks(repository, "webhooks"),
    async removeWebhook(id) {
      const hook_id = numberOf("removeWebhook", id);
      await orNull(client.on("removeWebhook").repos.deleteWebhook({ ...at, hook_id }));
    },
    lostDeliveries: (webhook, since) => lostDeliveries(repository, webhook, since),
    async redeliver(webhook, delivery) {
      await client.on("redeliver").repos.redeliverWebhookDelivery({
        ...{ ...at, hook_id: numberOf("redeliver", webhook) },
        delivery_id: numberOf("redeliver", delivery),
      });
    },
    hasLabel: (name) => hasLabel(repository, name),
    async putLabel({ name, colour: color, description }) {
      if (await hasLabel(repository, name)) return "there";
      try {
        await client.on("putLabel").issues.createLabel({ ...at, name, color, description });
        return "made";
      } catch (error) {
        // Somebody else was faster.
        if (!answeredWith(error, 422)?.body.includes("already_exists")) throw error;
        return "there";
      }
    },
    putFileOnBranch: (change) => putFileOnBranch(repository, change),
  };
}

/** Upper and lower case are one label there. */
async function hasLabel({ client, at }: GithubRepository, name: string): Promise<boolean> {
  const list = client.on("hasLabel").issues.listLabelsForRepo;
  const pages = client.pages("hasLabel")(list, { ...at, per_page: pageSize });
  const all = await client.all("hasLabel", pages, shapes.label);
  return all.some((label) => label.name.toLowerCase() === name.toLowerCase());
}

async function listWebhooks({ client, at }: GithubRepository, operation: string): Promise<WebhookSetting[]> {
  const list = client.on(operation).repos.listWebhooks;
  const pages = client.pages(operation)(list, { ...at, per_page: pageSize });
  return (await client.all(operation, pages, shapes.hook)).map(settingOf);
}

const settingOf = ({ id, active, config }: { id: string; active: boolean; config: { url?: string } }) => ({
  ...{ id, active, url: config.url ?? "" },
});

async function putWebhook(
  repository: GithubRepository,
  { url, secret }: { url: string; secret: string },
  known?: readonly WebhookSetting[],
): Promise<WebhookSetting> {
  const { client, at } = repository;
  const operation = "putWebhook";
  const { repos } = client.on(operation);
  const how = { config: { url, secret, content_type: "json", insecure_ssl: "0" }, events, active: true };
  const find = async () => (await listWebhooks(repository, operation)).find((hook) => hook.url === url);
  const give = async ({ id }: WebhookSetting) => {
    const hook_id = numberOf(operation, id);
    const { data } = await repos.updateWebhook({ ...at, hook_id, ...how });
    return settingOf(shaped(operation, shapes.hook, data));
  };
  const found = known ? known.find((hook) => hook.url === url) : await find();
  if (found) return give(found);
  try {
    const { data } = await repos.createWebhook({ ...at, name: "web", ...how });
    return settingOf(shaped(operation, shapes.hook, data));
  } catch (error) {
    // Somebody else was faster: "Hook already exists on this repository".
    const other = answeredWith(error, 422) && (await find());
    if (!other) throw error;
    return give(other);
  }
}

/**
 * Deliveries are listed the newest first. One that arrived when it was sent again has the same `guid` as the
 * try that failed, and is not lost.
 */
async function lostDeliveries(
  { client, at }: GithubRepository,
  webhook: string,
  since: number,
): Promise<LostDelivery[]> {
  const operation = "lostDeliveries";
  const hook_id = numberOf(operation, webhook);
  const list = client.on(operation).repos.listWebhookDeliveries;
  const pages = client.pages(operation)(list, { ...at, hook_id, per_page: pageSize });
  const recent: Delivery[] = [];
  let count = 0;
  for await (const { data } of pages) {
    const page = shaped(operation, shapes.delivery.array(), data);
    recent.push(...page.filter(({ delivered_at }) => delivered_at >= since));
    count += 1;
    if (count >= pagesMax || page.some(({ delivered_at }) => delivered_at < since)) break;
  }
  const settled = new Set(recent.filter(hasArrived).map(({ guid }) => guid));
  return recent.flatMap(({ id, guid, event, delivered_at: at }) => {
    if (settled.has(guid)) return [];
    settled.add(guid);
    return [{ id, event, at }];
  });
}

type Delivery = z.infer<typeof shapes.delivery>;

/** A status of 0: nobody answered. */
const hasArrived = ({ status_code }: Delivery) => status_code >= 200 && status_code < 300;

type FileChange = Parameters<PlatformSetup["putFileOnBranch"]>[0];

/** The branch is made last, when its commit is there: it never exists without the file. */
async function putFileOnBranch(repository: GithubRepository, change: FileChange): Promise<void> {
  const { client, at } = repository;
  const operation = "putFileOnBranch";
  const { git } = client.on(operation);
  const { branch, from, path, text: content, message } = change;
  if ((await headOf(repository, operation, branch)) !== null) return;
  const start = /^[0-9a-f]{40}$/.test(from) ? from : await headOf(repository, operation, from);
  if (start === null) {
    throw new PlatformError({ kind: "not-found", operation, message: `there is no branch ${from}` });
  }
  // One of its files is enough: only its tree is wanted.
  const parent = await client.on(operation).repos.getCommit({ ...at, ref: start, per_page: 1 });
  const base_tree = shaped(operation, shapes.commit, parent.data).commit.tree.sha;
  const file = { path, mode: "100644", type: "blob", content } as const;
  const tree = await git.createTree({ ...at, base_tree, tree: [file] });
  const treeSha = shaped(operation, shapes.madeObject, tree.data).sha;
  const made = await git.createCommit({ ...at, message, tree: treeSha, parents: [start] });
  const { sha } = shaped(operation, shapes.madeObject, made.data);
  try {
    await git.createRef({ ...at, ref: `refs/heads/${branch}`, sha });
  } catch (error) {
    // Somebody else was faster: the branch is left alone.
    if (!answeredWith(error, 422)?.body.includes("already exists")) throw error;
  }
}
