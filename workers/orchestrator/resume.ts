import { routeOf } from "@tamma/core/domain/ids.ts";
import type { Resume, Resumed } from "@tamma/core/protocol/rest.ts";
import { logError } from "./log.ts";
import { accountHub, issueLoop, type KeeperRpc } from "./objects.ts";
import { allRepositories, type Parts } from "./parts.ts";

/** Objects woken at once: after a restart everything else waits too, so the machine is not busy. */
const wokenAtOnceMax = 16;

/**
 * Wakes every repository and every loop that may have work. An object wakes by an alarm or a request only,
 * and while an effect is under way its alarm is half a minute off: whoever starts after a crash asks for this
 * instead of waiting. Thousands may wait for a person, and waking them all would keep everybody else waiting:
 * if something of theirs was cut, it is done when their alarm rings.
 */
export async function resume(parts: Parts, input: Resume): Promise<Resumed> {
  const { repositories, loops, unwoken } = await wakeAll(parts, input);
  return { repositories, loops, failed: unwoken.length };
}

/** The same, and which objects could not be woken. */
export async function wakeAll(
  parts: Parts,
  { again, waiting }: Resume,
): Promise<Omit<Resumed, "failed"> & { unwoken: string[] }> {
  const unwoken = new Set<string>();
  const wake = async (name: string, object: KeeperRpc) => {
    try {
      await object.wake(again);
    } catch (thrown) {
      unwoken.add(name);
      logError("resume", thrown, { name });
    }
  };
  await wake("account", accountHub(parts.env));
  const repositories = await allRepositories(parts);
  const busy = new Set<string>();
  for (const { repository, coordinator } of repositories) {
    const name = `${repository.connection}/${repository.id}`;
    await wake(name, coordinator);
    const names = await namesToWake(coordinator, waiting);
    // Whose loops nobody can name has not been woken with all that it has.
    if (names === null) unwoken.add(name);
    for (const loop of names ?? []) busy.add(loop);
  }
  await inGroups([...busy], wokenAtOnceMax, (name) => wake(name, issueLoop(parts.env, name)));
  return { repositories: repositories.length, loops: busy.size, unwoken: [...unwoken] };
}

type Coordinator = Awaited<ReturnType<typeof allRepositories>>[number]["coordinator"];

/** Null: it does not answer. */
async function namesToWake(coordinator: Coordinator, alsoWaiting: boolean): Promise<string[] | null> {
  try {
    const { busy, waiting = [] } = await coordinator.knownLoops();
    const left = new Set(alsoWaiting ? [] : waiting);
    return objectNames(busy.filter((loop) => !left.has(loop)));
  } catch (thrown) {
    logError("resume", thrown);
    return null;
  }
}

/** The objects that own these loops, each once: all runs of a work item share one. */
export function objectNames(loops: readonly string[]): string[] {
  return [...new Set(loops.flatMap((loop) => routeOf(loop)?.name ?? []))];
}

/** Does `work` for all items, at most `size` at once. `work` must not throw. */
export async function inGroups<T>(
  items: readonly T[],
  size: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  for (let at = 0; at < items.length; at += size) await Promise.all(items.slice(at, at + size).map(work));
}
