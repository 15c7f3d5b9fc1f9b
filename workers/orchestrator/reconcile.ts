import type { Reconcile, ReconcileReport, StreamReport } from "@tamma/core/protocol/rest.ts";
import type { Answer } from "../rpc.ts";
import { logError } from "./log.ts";
import { accountHub, issueLoop, type KeeperRpc, repoCoordinator } from "./objects.ts";
import { allRepositories, type Parts } from "./parts.ts";
import { ok, refuse } from "./refusal.ts";
import { inGroups, objectNames, wakeAll } from "./resume.ts";

/** Loops compared at once: each reads its own part of D1. */
const comparedAtOnceMax = 4;

/**
 * Compares every stream with its copy in D1 and mends what can be verified. The account comes first, then the
 * repositories, then their loops: each level names the next one, and may have been rebuilt just before. What
 * only D1 knows of is asked for too: its object may have lost everything. In the end all that has work is
 * woken and says once more what it still wants of others.
 */
export async function reconcile(parts: Parts, input: Reconcile): Promise<Answer<ReconcileReport>> {
  const { env } = parts;
  const inD1 = await parts.d1.streams().catch((thrown: unknown) => {
    logError("reconcile", thrown);
    return null;
  });
  if (inD1 === null)
    return refuse(
      503,
      "d1-down",
      "D1 does not answer, or has no tables; the loops go on without it",
      "end the server and start it again: it makes the tables; then run this again",
    );
  const named = (kind: string) => inD1.flatMap((stream) => (stream.kind === kind ? [stream.id] : []));
  const streams: StreamReport[] = [];
  const ask = async (name: string, object: KeeperRpc) => {
    try {
      streams.push(...(await object.reconcile(input)));
    } catch (thrown) {
      logError("reconcile", thrown, { name });
      const text = "the object or D1 failed while they were compared; see the server's log";
      streams.push({ stream: name, outcome: "refused", object: null, d1: null, text });
    }
  };

  await ask("account", accountHub(env));
  const listed = (await allRepositories(parts)).map(({ repository: { connection, id } }) => {
    return `${connection}/${id}`;
  });
  const loops = named("loop");
  for (const name of new Set([...listed, ...named("repository")])) {
    const [connection = "", id = ""] = name.split("/");
    const coordinator = repoCoordinator(env, { connection, id });
    await ask(name, coordinator);
    loops.push(...(await coordinator.knownLoops().catch(() => ({ all: [] }))).all);
  }
  await inGroups(objectNames(loops), comparedAtOnceMax, (name) => ask(name, issueLoop(env, name)));
  // What was set back forgot what it was told, neighbours may have lost what they heard: all say it again.
  for (const name of (await wakeAll(parts, { again: true, waiting: true })).unwoken) {
    const text = "it was compared and could not be woken; see the server's log, and run this again";
    streams.push({ stream: name, outcome: "refused", object: null, d1: null, text });
  }
  return ok({ streams: streams.sort((a, b) => (a.stream < b.stream ? -1 : 1)) });
}
