import { randomBytes } from "node:crypto";
import type { LiveLoop, Loop } from "@tamma/core/domain/loop/state.ts";
import { plainGitConnection } from "@tamma/core/domain/platform/connection.ts";
import type { LoopPorts } from "@tamma/core/engine/perform.ts";
import { clockedFetch } from "@tamma/core/platforms/_shared/platform-clock.ts";
import { standingMemory } from "@tamma/core/platforms/_shared/standing.ts";
import { type ConnectHost, connect, connectAccount } from "@tamma/core/platforms/connect.ts";
import { plainGitPlatform } from "@tamma/core/platforms/plain-git/index.ts";
import { runProofs } from "@tamma/core/platforms/run-proofs.ts";
import { senderOf, webhookSources } from "@tamma/core/platforms/webhooks.ts";
import type { Prompts } from "@tamma/core/ports/model.ts";
import type {
  PlatformAccess,
  PlatformAccount,
  PlatformRepositories,
  PlatformRepository,
} from "@tamma/core/ports/platform-repository.ts";
import type { Provider } from "@tamma/core/ports/provider.ts";
import type { WebhookPlatform, WebhookSource } from "@tamma/core/ports/webhook.ts";
import { designPrompt } from "@tamma/core/prompts/design.ts";
import type { IssueInput } from "@tamma/core/prompts/issue-blocks.ts";
import { planPrompt } from "@tamma/core/prompts/plan.ts";
import { reviewPrompt } from "@tamma/core/prompts/review.ts";
import { anthropicProvider } from "@tamma/core/providers/anthropic/index.ts";
import type { BlobStore } from "./blob-store.ts";
import { sha256Hex } from "./cipher.ts";
import type { OrchestratorEnv } from "./env.ts";
import { hiddenPlatform, withoutSecrets } from "./hidden-platform.ts";
import { repoCoordinator, worker } from "./objects.ts";
import { turnLimits } from "./turn-limits.ts";

/** The only place of the orchestrator that names adapters: which platform, which provider, which prompts. */

/** The model of an installation that names none. */
const modelDefault = "claude-sonnet-4-6";

export function providerOf(env: OrchestratorEnv): Provider {
  return anthropicProvider({
    apiKey: env.ANTHROPIC_API_KEY ?? "",
    baseUrl: env.ANTHROPIC_BASE_URL || null,
    model: env.TAMMA_MODEL || modelDefault,
    fetch: (input, init) => fetch(input, init),
    now: () => Date.now(),
    limits: turnLimits(env).answer,
  });
}

/** How a platform's deliveries are proven and read; null for headers that are not this platform's. */
export function webhooksOf(platform: WebhookPlatform, headers: Headers): WebhookSource | null {
  return senderOf(headers) === platform ? webhookSources[platform] : null;
}

/** How runs of a platform's CI prove themselves. One for the process, which keeps the keys of issuers. */
export const proofsOfRuns = runProofs((input, init) => fetch(input, init));

/**
 * The repository `owner/name` on its platform. @throws PlatformError
 *
 * @param fresh settings and versions are asked for, also where they are remembered
 */
export function connectRepository(
  access: PlatformAccess,
  name: string,
  fresh: boolean,
): Promise<PlatformRepository> {
  const { platform, baseUrl, credential } = access;
  // Nobody is told anything that his own credential would not have told him.
  const scope = sha256Hex(JSON.stringify([platform, baseUrl, credential, name]));
  return connect(access, name, { ...platformHost, standing: standing.of(scope, fresh) });
}

const platformHost: ConnectHost = {
  fetch: (input, init) => fetch(input, init),
  now: () => Date.now(),
  pause: (ms) => new Promise((done) => setTimeout(done, ms)),
};

/** One for the process: the objects of a repository and of its loops ask for the same. */
const standing = standingMemory(platformHost.now);

type Hide = (text: string) => string;

/** A look at a connection: what is not answered until `deadline` is given up, and their clock is noted. */
export function lookingAt(access: PlatformAccess, deadline: AbortSignal, hide: Hide): Look {
  const clocked = clockedFetch((input, init) => {
    const signals = init?.signal ? [deadline, init.signal] : [deadline];
    return fetch(input, { ...init, signal: AbortSignal.any(signals) });
  }, platformHost.now);
  const host = { ...platformHost, fetch: clocked.fetch };
  return {
    account: () => withoutSecrets(hide, () => connectAccount(access, host)),
    repository: (name) =>
      withoutSecrets(hide, async () => hiddenPlatform(await connect(access, name, host), hide)),
    clockAheadMs: clocked.aheadMs,
  };
}

/** Both throw PlatformError. */
export interface Look {
  account(): Promise<PlatformAccount>;
  repository(name: string): Promise<PlatformRepository>;
  /** Null before any answer had a date. */
  clockAheadMs(): number | null;
}

/** What a loop's effects touch. Stubs are made anew each time: one that has thrown stays broken. */
export function loopPorts(
  env: OrchestratorEnv,
  loop: Exclude<Loop, { state: "not-started" }>,
  { blobs, repositories }: { blobs: BlobStore; repositories: PlatformRepositories },
  mergeSha: () => string | null,
): LoopPorts {
  const { repository } = loop.facts;
  const own = repository.connection === plainGitConnection;
  const coordinator = repoCoordinator(env, repository);
  const loopUrl = `${env.TAMMA_ORIGIN}/app/loops/${encodeURIComponent(loop.facts.loop)}`;
  return {
    platform: async () => (own ? plainGitPlatform(coordinator, () => loopUrl) : repositories.at(repository)),
    coordinator,
    turns: { runTurn: (id, turn, request) => worker(env).modelTurn(id, turn, request) },
    prompts: prompts(blobs),
    nonce: () => randomBytes(12).toString("base64url"),
    loopUrl,
    mergeSha,
  };
}

function prompts(blobs: BlobStore): Prompts {
  return {
    build: async (task, loop, nonce) => {
      const input = await issueInput(loop, nonce, blobs);
      const { plan, design, option } = loop.facts;
      if (task === "plan") return planPrompt(input);
      if (!plan) throw new Error(`${task} was asked for without a plan`);
      if (task === "design") return designPrompt({ ...input, plan });
      const chosen = design?.options.find((each) => each.id === option);
      if (!chosen) throw new Error("a review was asked for without a chosen option");
      const diff = await textOf(blobs, loop.facts.loop, loop.facts.patch?.diff.sha256);
      return reviewPrompt({ ...input, plan, option: chosen, diff, receipts: receiptsText(loop) });
    },
  };
}

async function issueInput(loop: LiveLoop, nonce: string, blobs: BlobStore): Promise<IssueInput> {
  const { issue, clarifications, instructions, context } = loop.facts;
  return {
    issue,
    context: await textOf(blobs, loop.facts.loop, context?.sha256),
    clarifications: clarifications.flatMap(({ question, answer, suggested }) =>
      answer === null ? [] : [{ question, answer, suggested }],
    ),
    instructions,
    nonce,
  };
}

/** A body as text; empty when there is none. */
async function textOf(blobs: BlobStore, stream: string, sha256: string | undefined): Promise<string> {
  const body = sha256 === undefined ? null : await blobs.find(stream, sha256);
  return body === null ? "" : Buffer.from(body).toString("utf8");
}

/** What was run on the change and how it ended: the reviewer judges what that does not cover. */
function receiptsText(loop: LiveLoop): string {
  return Object.entries(loop.facts.passed)
    .flatMap(([gate, passed]) =>
      (passed?.verdict.receipts ?? []).map((receipt) => {
        const commands = receipt.commands
          .map((run) => `${run.argv.join(" ")} (exit ${run.exitCode})`)
          .join("; ");
        return `${gate} ${receipt.kind}: ${receipt.tests.length} tests; ${commands}`;
      }),
    )
    .join("\n");
}
