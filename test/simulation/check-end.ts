import { canonicalJson } from "@tamma/core/domain/audit/canonical-json.ts";
import { verifyChain } from "@tamma/core/domain/audit/chain.ts";
import { stateAt } from "@tamma/core/domain/audit/replay.ts";
import type { Envelope } from "@tamma/core/domain/loop/events.ts";
import type { LoopRow } from "../../workers/orchestrator/objects.ts";
import { hold } from "./broken.ts";
import { checkHarness, checkNothingHeld, checkPlatform } from "./check-promises.ts";
import { checkUndone } from "./check-undone.ts";
import { sameJson } from "./equal.ts";
import type { Hosted } from "./hosted.ts";
import type { People } from "./people.ts";
import type { Watch } from "./watch.ts";
import type { World } from "./world.ts";

const readAll = 1_000_000;

/** In every so many worlds hashes are made again and states compared byte by byte; in the others by value. */
const wholeEvery = 4;

/** Every log of the object: its chain, its copy, and the state that it gives. */
async function checkLog({ plan, sha256, server }: World, watch: Watch, hosted: Hosted): Promise<void> {
  const whole = plan.seed % wholeEvery === 0;
  const store = watch.storeOf(hosted);
  for (const { stream } of store.streams()) {
    const envelopes = store.read(stream, 0, readAll);
    const problem = whole ? verifyChain(envelopes, sha256).problem : brokenLink(envelopes);
    hold(problem === null, "1 the chain holds", () => `${stream.id}: ${problem}`);
    const { hash, seq } = store.head(stream);
    const copied = server.copy.size(stream.id);
    const same = copied === seq && (await server.copy.hashAt(stream.id, seq)) === hash;
    hold(same, "9 D1 equals the object", () => `${stream.id}: ${copied} of ${seq}`);
    const record = watch.loops.get(stream.id);
    if (!record) continue;
    const replayed = stateAt(envelopes, { seq: readAll });
    const equal = whole
      ? canonicalJson(replayed) === canonicalJson(record.state)
      : sameJson(replayed, record.state);
    hold(equal, "1 replay equals state", () => `${stream.id} at its end`);
  }
}

function brokenLink(envelopes: readonly Envelope[]): string | null {
  const broken = envelopes.find(({ prevHash }, at) => at > 0 && prevHash !== envelopes[at - 1]?.hash);
  return broken ? `event ${broken.seq} does not follow the event before it` : null;
}

interface All {
  world: World;
  watch: Watch;
  people: People;
}

/** What must hold when nothing happens any more. @throws Broken */
export async function checkEnd({ world, watch, people }: All): Promise<void> {
  const { server, git, tracker } = world;
  for (const [loop, { state }] of watch.loops)
    hold(
      state.state === "ended",
      "4 every loop ends",
      () => `${loop} is ${wordOf(state)} and nothing comes any more`,
    );
  const { repository } = watch;
  hold(repository.state === "known", "4 every loop ends", () => "the repository was never added");
  for (const { loop, ended } of repository.loops)
    hold(ended, "4 every loop ends", () => `${loop} has ended and the repository does not know it`);
  checkNothingHeld(repository);
  if (tracker.noes === 0) checkHarness(world.plan, watch.loops.values());
  if (!watch.restored) checkPlatform(repository, tracker, watch.loops.values());
  for (const [issue, accepted] of people.wanted)
    if (accepted && !watch.mayBeLost(repositoryName(world), Number.POSITIVE_INFINITY))
      hold(
        repository.loops.some((each) => each.issue === issue),
        "8 nothing acknowledged is lost",
        () => `the start of ${issue}`,
      );
  for (const hosted of server.objects.values()) await checkLog(world, watch, hosted);
  // A list keeps the row with the highest number, which a loop's other past may have had.
  if (!watch.restored) checkLists(world, watch);
  if (world.faults.struck.length === 0 && world.plan.platform === "own") checkUndone(world, watch);
  for (const { loop, commandId, seq, changed } of people.acknowledged) {
    if (watch.mayBeLost(loop, changed ? seq : Number.POSITIVE_INFINITY)) continue;
    const hosted = server.objects.get(loop.slice(0, loop.lastIndexOf("#")));
    const kept =
      seq === 0 || (hosted && watch.storeOf(hosted).answerOf({ kind: "loop", id: loop }, commandId));
    hold(Boolean(kept), "8 nothing acknowledged is lost", () => `command ${commandId} of ${loop}`);
  }
  const heads = git.merges.map(({ head }) => head);
  hold(new Set(heads).size === heads.length, "7 at most once", () => "a head was merged twice");
  // What was set aside may hold a merge: the loop does its work once more on what came of it.
  if (!watch.restored)
    hold(git.doubled().length === 0, "7 at most once", () => `merged twice: ${git.doubled().join()}`);
  const pulls = [...pullsOf(server), ...tracker.pulls].map(({ branch }) => branch);
  if (!watch.restored)
    hold(new Set(pulls).size === pulls.length, "7 at most once", () => `two pull requests: ${pulls.join()}`);
  const comments = tracker.comments.map(({ target, key }) => `${target} ${key}`);
  hold(new Set(comments).size === comments.length, "7 at most once", () => "a comment was posted twice");
}

/** The repository's list shows every loop as it ended: whoever looks there must not wait for it. */
function checkLists({ server }: World, watch: Watch): void {
  for (const hosted of server.objects.values())
    for (const row of hosted.disk.table<LoopRow>("loop rows").rows()) {
      const { id } = row.summary;
      const seq = watch.loops.get(id)?.seq;
      hold(
        !row.active,
        "10 lists catch up",
        () => `${id} is listed as ${row.summary.word} at ${row.seq} of ${seq}`,
      );
    }
}

function pullsOf(server: World["server"]): { branch: string }[] {
  return [...server.objects.values()].flatMap((hosted) => [
    ...hosted.disk.table<{ branch: string }>("pulls").rows(),
  ]);
}

function wordOf(state: { state: string; step?: string; doing?: { kind: string } }): string {
  return [state.state, state.step, state.doing?.kind].filter(Boolean).join(" ");
}

function repositoryName({ repository }: World): string {
  return `${repository.connection}/${repository.id}`;
}
