import { parseAction } from "@tamma/core/domain/platform/runner-action.ts";
import { runnerWorkflow } from "@tamma/core/domain/platform/runner-workflow.ts";
import { isThisMachine } from "@tamma/core/domain/platform/webhook-address.ts";
import type { PlatformAccess, PlatformRepository } from "@tamma/core/ports/platform-repository.ts";
import type { Repository, RepositorySetUp } from "@tamma/core/protocol/rest.ts";

/** The branch of the proposal. */
const branch = "tamma/set-up";

type Proposed = NonNullable<RepositorySetUp["workflow"]>;

interface Proposal {
  access: Pick<PlatformAccess, "platform" | "baseUrl">;
  repository: Repository;
  wish: { actionRef: string | null; runsOn: string[] | null };
  /** The server's own address, which runs have to use: it answers to no other, and their proofs name it. */
  origin: string;
}

const unreachable: readonly string[] = [
  "Set the variable TAMMA_SERVER (Settings, Actions, Variables) to the address at which machines of the CI",
  "reach this server. It has to be the one that the server has for itself (TAMMA_ORIGIN).",
];

/** The file that is there, or the pull request that proposed it before; null: neither. */
export async function proposalOf(
  { reading }: PlatformRepository,
  platform: PlatformAccess["platform"],
  defaultBranch: string,
): Promise<Proposed | null> {
  const empty = { head: [], server: null, action: "", runsOn: null };
  const { path } = runnerWorkflow(platform, empty);
  // One that a person wrote, or changed, is his own.
  if ((await reading.file(path, defaultBranch)) !== null) return { state: "there", url: null };
  const earlier = await reading.pullRequestOf(branch);
  if (earlier?.state === "open") return { state: "proposed", url: earlier.url };
  return earlier?.state === "closed" ? { state: "closed", url: earlier.url } : null;
}

/** Proposes the workflow by a pull request, once: a closed one was declined. */
export async function proposeWorkflow(hosted: PlatformRepository, proposal: Proposal): Promise<Proposed> {
  const { access, repository, wish, origin } = proposal;
  const { connection, defaultBranch } = repository;
  const before = await proposalOf(hosted, access.platform, defaultBranch);
  if (before !== null) return before;
  const parsed = parseAction(wish.actionRef);
  if ("problem" in parsed) throw new Error("the action was looked at before the repository was added");
  const server = isThisMachine(origin) && !isThisMachine(access.baseUrl) ? null : origin;
  const address = server === null ? unreachable : [];
  const head = [
    `Does Tamma's jobs in this repository's CI, through its connection ${connection}.`,
    ...address,
  ];
  const { action } = parsed;
  const { path, text } = runnerWorkflow(access.platform, { head, server, action, runsOn: wish.runsOn });
  const message = "Add the workflow by which Tamma's runner is started";
  await hosted.setup.putFileOnBranch({ branch, from: defaultBranch, path, text, message });
  const { url } = await hosted.codeHost.openPullRequest({
    ...{ branch, base: defaultBranch, title: message, draft: false },
    body: [
      `\`${path}\` lets Tamma start its runner here. Nothing is started before this is merged, and before`,
      "`.tamma.yml` says `runner: ci`.",
      ...(address.length > 0 ? ["", ...address] : []),
    ].join("\n"),
  });
  return { state: "proposed", url };
}
