import { PlatformError } from "../../ports/platform.ts";
import type { PlatformSetup, WebhookSetting } from "../../ports/platform-setup.ts";
import type { ApiRequest } from "../_shared/api.ts";
import { unsupported } from "../_shared/unsupported.ts";
import { type Connection, get, within } from "./connection.ts";
import { webhookOf } from "./convert.ts";
import { encoded, entryOf } from "./file.ts";
import { ensureLabel, hasLabel } from "./labels.ts";
import { headOf } from "./pulls.ts";
import * as shapes from "./shapes.ts";

/** What `webhooks.ts` reads; old versions leave what they do not know. Source: `modules/webhook/type.go`. */
const events: readonly string[] = [
  ...["push", "issues", "issue_assign", "issue_label", "issue_comment"],
  ...["pull_request", "pull_request_assign", "pull_request_label", "pull_request_comment"],
  ...["pull_request_review", "pull_request_review_request", "pull_request_sync"],
  ...["status", "workflow_run", "workflow_job"],
];

export function giteaSetup(connection: Connection): PlatformSetup {
  const { api, at } = connection;
  const remove = async (id: string) => {
    await api.find({ ...get("removeWebhook", at`/hooks/${id}`), method: "DELETE" }, shapes.anything);
  };
  return {
    putWebhook: (webhook, known) => putWebhook(connection, webhook, remove, known),
    webhooks: () => webhooksOf(connection),
    removeWebhook: remove,
    lostDeliveries: async () => {
      throw unsupported("lostDeliveries", "redeliver", "Tamma looks at the repository again instead.");
    },
    redeliver: async () => {
      throw unsupported("redeliver", "redeliver", "A person can do it in the web interface.");
    },
    hasLabel: (name) => hasLabel(connection, name),
    putLabel: (label) => ensureLabel(connection, label),
    putFileOnBranch: (change) => putFileOnBranch(connection, change),
  };
}

async function webhooksOf({ all, at }: Connection): Promise<WebhookSetting[]> {
  const hooks = await all({ operation: "webhooks", path: at`/hooks` }, shapes.listOf(shapes.hook));
  // Those for chats have an address, too, and another form.
  return hooks.filter(({ type }) => type === "gitea").map(webhookOf);
}

/**
 * An edited webhook keeps its old secret (Gitea's `routers/api/v1/utils/hook.go`), and nobody can read which
 * one it has. So there is a new one, and those with the same address go: for a moment both send, and what
 * comes with the old secret is refused.
 */
async function putWebhook(
  connection: Connection,
  { url, secret }: { url: string; secret: string },
  remove: (id: string) => Promise<void>,
  known?: readonly WebhookSetting[],
): Promise<WebhookSetting> {
  const { api, at } = connection;
  const old = (known ?? (await webhooksOf(connection))).filter((hook) => hook.url === url);
  const config = { url, content_type: "json", secret };
  const body = { type: "gitea", config, events, active: true };
  const request: ApiRequest = { operation: "putWebhook", method: "POST", path: at`/hooks`, body };
  const made = webhookOf(await api.ask(request, shapes.hook));
  for (const { id } of old) await remove(id);
  return made;
}

type FileChange = Parameters<PlatformSetup["putFileOnBranch"]>[0];

async function putFileOnBranch(connection: Connection, change: FileChange): Promise<void> {
  if ((await headOf(connection, change.branch)) !== null) return;
  const old = await entryOf(connection, change.path, change.from);
  try {
    await commitFile(connection, change, old?.sha ?? null);
  } catch (error) {
    // Somebody else made the branch at the same moment: it is left alone.
    const isRefused = error instanceof PlatformError && ["conflict", "validation"].includes(error.kind);
    if (!isRefused || (await headOf(connection, change.branch)) === null) throw error;
  }
}

/** Branch and commit in one request, or in two where the start is no branch. */
async function commitFile(connection: Connection, change: FileChange, old: string | null): Promise<void> {
  const { branch, from, path, text, message } = change;
  const content = { content: encoded(text), message, ...(old === null ? {} : { sha: old }) };
  const file = within(connection.at`/contents`, path);
  const commit = (where: object): ApiRequest => ({
    ...{ operation: "putFileOnBranch", method: old === null ? "POST" : "PUT", path: file },
    body: { ...content, ...where },
  });
  if ((await headOf(connection, from)) !== null)
    return connection.api.tell(commit({ branch: from, new_branch: branch }));
  await connection.api.tell({
    ...{ operation: "putFileOnBranch", method: "POST", path: connection.at`/branches` },
    body: { new_branch_name: branch, old_ref_name: from },
  });
  try {
    await connection.api.tell(commit({ branch }));
  } catch (error) {
    // A branch without the file would be left alone from now on.
    const request = get("putFileOnBranch", within(connection.at`/branches`, branch));
    await connection.api.find({ ...request, method: "DELETE" }, shapes.anything).catch(() => undefined);
    throw error;
  }
}
