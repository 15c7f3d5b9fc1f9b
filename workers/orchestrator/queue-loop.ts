import type { Actor } from "@tamma/core/domain/loop/work.ts";
import { plainGitConnection } from "@tamma/core/domain/platform/connection.ts";
import { activeLoopOf } from "@tamma/core/domain/repository/state.ts";
import type { IssueNow } from "@tamma/core/ports/platform-reading.ts";
import type { ConfigProblem } from "@tamma/core/protocol/config-file.ts";
import type { StartLoop } from "@tamma/core/protocol/rest.ts";
import type { Answer, Caller, LoopStarted } from "../rpc.ts";
import { sha256Hex } from "./cipher.ts";
import type { HostedIssues } from "./hosted-issues.ts";
import { onPlatform } from "./platform-answer.ts";
import { answered, ok, refuse } from "./refusal.ts";
import type { RepositoryCore } from "./repository-core.ts";

export interface QueuePorts {
  core: RepositoryCore;
  /** Null where issues are our own. */
  issues: HostedIssues | null;
  /** The issue as it was read a moment ago, where somebody did; else it is read. */
  seen?: IssueNow;
  /** Until what follows from a command was done. */
  idle(): Promise<void>;
}

/** Puts a loop for an issue into the queue, and says where it stands. */
export async function queueLoop(
  ports: QueuePorts,
  { person, commandId }: Caller,
  { issue, confirm, preApprove }: StartLoop,
): Promise<Answer<LoopStarted>> {
  const { core } = ports;
  const taken = await takeIssue(ports, issue, commandId);
  if (!taken.ok) return taken;
  // After the platform was asked: meanwhile somebody else may have begun one.
  const before = core.known();
  const running = before ? activeLoopOf(before, issue) : null;
  const queued = answered(() => {
    const command = { type: "QueueLoop", issue, requester: person, confirm, preApprove } as const;
    return core.handle(command, commandId, person);
  });
  if (!queued.ok) return queued;
  // The loop is told before the caller is: who asks for it at once must find it.
  await ports.idle();
  const after = core.known();
  const own = after?.loops.findLast((each) => each.issue === issue);
  if (!after || !own) return unknownIssue(issue);
  const refusal = own.ended ? core.startRefusal(own.loop) : null;
  if (refusal !== null) return refuse(422, "not-started", refusal, "put that right, then start again");
  const place = after.queue.findIndex((each) => each.loop === own.loop);
  const already = running !== null || queued.value.repeated;
  return ok({ loop: place < 0 ? own.loop : null, already, position: place + 1 });
}

/** An issue of a platform is read now, at the moment of the wish, and put on record with its number there. */
async function takeIssue(
  { core, issues, seen }: QueuePorts,
  number: number,
  commandId: string,
): Promise<Answer<null>> {
  const known = core.known();
  if (!issues || !known || known.repository.connection === plainGitConnection) return ok(null);
  if (activeLoopOf(known, number)) return ok(null);
  return onPlatform(async () => {
    const taken = await issues.take(known.repository, number, seen);
    if (!taken) return unknownIssue(number);
    const { issue, config } = taken;
    if (!issue.open)
      return refuse(409, "issue-closed", `issue ${number} is closed`, "open a new issue for what is left");
    // Nobody watches the files of such a repository: they are read when a loop is to begin.
    if (config && "problem" in config) return badConfig(config.problem);
    const { title, body, labels, author } = issue;
    const record = { number, title, bodySha256: sha256Hex(body), labels, author };
    const platform: Actor = { kind: "platform", id: known.repository.connection };
    return answered(() => {
      const settings = { type: "ChangeConfig", config: config?.config ?? known.config } as const;
      core.handle(settings, `config:${commandId}`, platform);
      core.handle({ type: "CreateIssue", ...record }, `issue:${commandId}:${number}`, platform);
      return null;
    });
  });
}

function badConfig<T>({ line, message }: ConfigProblem): Answer<T> {
  const what = `.tamma.yml of the default branch, line ${line}: ${message}`;
  return refuse(422, "bad-config", what, "mend the file, then start again");
}

function unknownIssue<T>(issue: number): Answer<T> {
  return refuse(404, "unknown-issue", `there is no issue ${issue}`, "list them with `tamma issues`");
}
