import { leaseMs } from "@tamma/core/domain/policy/limits.ts";
import { expect, test } from "vitest";
import type { LeaseRows } from "../../workers/orchestrator/lease-rows.ts";
import type { LoopRow } from "../../workers/orchestrator/objects.ts";
import type { RepositoryIndex } from "../../workers/orchestrator/repository-index.ts";
import type { ClockRows } from "../../workers/orchestrator/steady-clock.ts";
import type { TrackerRows } from "../../workers/orchestrator/tracker-rows.ts";
import type { TurnRows } from "../../workers/orchestrator/turn-rows.ts";

/** The rows of one object, on a disk of their own. Asked for again they stand on the same disk. */
export interface Rows {
  leases(now: number): LeaseRows;
  turns(boot: string | null): TurnRows;
  index(): RepositoryIndex;
  tracker(): TrackerRows;
  clock(): ClockRows;
}

export interface RowsSubject {
  name: string;
  withRows(work: (rows: Rows) => void): Promise<void> | void;
}

/** What the rows beside an object's log promise, wherever they lie. */
export function rowsContract({ name, withRows }: RowsSubject): void {
  const subject = (title: string, work: (rows: Rows) => void) =>
    test(`${name}: ${title}`, () => withRows(work));
  leases(subject);
  turns(subject);
  openJobs(subject);
  tracker(subject);
  clock(subject);
}

type Subject = (title: string, work: (rows: Rows) => void) => void;

const job = "a/b/1#1~j1";
const loop = "a/b/1#1";
const lease = { job, loop, fence: 3, runner: "r", instance: "r.1" };

function clock(subject: Subject): void {
  subject("a clock that was set back is known to the next instance, until it is forgotten", (rows) => {
    expect(rows.clock().read()).toBeNull();
    rows.clock().write({ wall: 1, own: 2 });
    rows.clock().write({ wall: 1_767_571_200_000, own: 1_767_571_200_001 });
    expect(rows.clock().read()).toEqual({ wall: 1_767_571_200_000, own: 1_767_571_200_001 });
    rows.clock().write(null);
    expect(rows.clock().read()).toBeNull();
    rows.clock().write(null);
  });
}

function leases(subject: Subject): void {
  subject("a lease is held until its time is up, and heartbeats of its holder move that", (rows) => {
    const leases = rows.leases(0);
    leases.grant(lease, 100);
    expect(leases.find(job)).toEqual({ ...lease, expiresAt: 100 + leaseMs, part: null });
    expect(leases.beat(job, 3, "r", "build", 200)).toBe(true);
    expect(leases.find(job)).toMatchObject({ expiresAt: 200 + leaseMs, part: "build" });
    expect(leases.beat(job, 2, "r", null, 300)).toBe(false);
    expect(leases.beat(job, 3, "other", null, 300)).toBe(false);
    expect(leases.nextExpiry()).toBe(200 + leaseMs);
    expect(leases.expired(199 + leaseMs)).toEqual([]);
    expect(leases.expired(200 + leaseMs)).toHaveLength(1);
  });

  subject("only the lease that the loop knows of is kept", (rows) => {
    const leases = rows.leases(0);
    leases.grant(lease, 100);
    leases.grant({ ...lease, job: "a/b/2#1~j1", loop: "a/b/2#1" }, 100);
    leases.keepOnly(loop, { job, fence: 3 });
    expect(leases.find(job)).not.toBeNull();
    leases.keepOnly(loop, { job, fence: 4 });
    expect(leases.find(job)).toBeNull();
    expect(leases.ofRunner("r")).toHaveLength(1);
    leases.keepOnly("a/b/2#1", null);
    expect(leases.nextExpiry()).toBeNull();
  });

  subject("who could not be heard while the object slept gets the time to say so, once", (rows) => {
    rows.leases(0).grant(lease, 0);
    const late = leaseMs + 1_000;
    expect(rows.leases(late).find(job)?.expiresAt).toBe(late + leaseMs);
    expect(rows.leases(late + 5_000).find(job)?.expiresAt).toBe(late + leaseMs);
    rows.leases(late).beat(job, 3, "r", null, late);
    expect(rows.leases(late + 7_000).find(job)?.expiresAt).toBe(late + 7_000 + leaseMs);
  });
}

const answer = { sha256: "a".repeat(64), size: 3, mediaType: "application/json" };

function turns(subject: Subject): void {
  const turn = { turn: "t1", loop, amount: 7, job: null };
  subject("a turn is opened once, touched while it is open, and ends once", (rows) => {
    const turns = rows.turns(null);
    expect(turns.find("t1", 0)).toBeNull();
    turns.open(turn, 1_000);
    expect(() => turns.open(turn, 1_000)).toThrow();
    expect(turns.find("t1", 2_000)).toEqual({ ...turn, state: "open", answer: null, deserted: false });
    expect(turns.find("t1", 17_000)?.deserted).toBe(true);
    turns.touch("t1", 16_000);
    expect(turns.find("t1", 17_000)?.deserted).toBe(false);
    turns.end("t1", "answered", answer);
    turns.end("t1", "lost", null);
    expect(turns.find("t1", 99_000)).toMatchObject({ state: "answered", answer, deserted: false });
  });

  subject("ended turns of a loop can be forgotten; what is open stays", (rows) => {
    const turns = rows.turns(null);
    turns.open(turn, 1_000);
    turns.end("t1", "answered", answer);
    turns.open({ ...turn, turn: "t2" }, 1_000);
    turns.forgetEnded("a/b/9#1");
    expect(turns.find("t1", 1_000)?.state).toBe("answered");
    turns.forgetEnded(loop);
    expect(turns.find("t1", 1_000)).toBeNull();
    expect(turns.find("t2", 1_000)?.state).toBe("open");
  });

  subject("turns of an earlier run of the code are deserted at once, where runs have names", (rows) => {
    rows.turns("one").open(turn, 1_000);
    expect(rows.turns("one").leftOpen()).toEqual([]);
    const next = rows.turns("two");
    expect(next.find("t1", 1_000)?.deserted).toBe(true);
    expect(next.leftOpen()).toEqual([{ turn: "t1", loop, amount: 7 }]);
    next.end("t1", "lost", null);
    expect(next.leftOpen()).toEqual([]);
    expect(rows.turns(null).leftOpen()).toEqual([]);
  });
}

const wish = { runner: "r", instance: "r.1", received: [] as string[] };
const rowOf = (id: string, seq: number, active: boolean, updatedAt: number) =>
  ({ summary: { id, updatedAt }, inbox: null, active, branch: null, head: null, seq }) as unknown as LoopRow;

function openJobs(subject: Subject): void {
  subject(
    "open jobs come in the order in which they were offered; a newer one replaces the older",
    (rows) => {
      const index = rows.index();
      index.offer(loop, job, 5);
      index.offer("a/b/2#1", "a/b/2#1~j1", 4);
      expect(index.openJobs(null, wish).map((each) => each.job)).toEqual(["a/b/2#1~j1", job]);
      index.offer(loop, "a/b/1#1~j2", 6);
      expect(index.openJobs(loop, wish)).toEqual([{ loop, job: "a/b/1#1~j2" }]);
      index.forget("a/b/1#1~j2");
      expect(index.openJobs(loop, wish)).toEqual([]);
    },
  );

  subject("a held job is shown to the process alone that holds it and never heard of it", (rows) => {
    const index = rows.index();
    index.offer(loop, job, 5);
    index.hold(job, wish, 3);
    expect(index.openJobs(null, { ...wish, instance: "r.2" })).toEqual([]);
    expect(index.openJobs(null, { ...wish, instance: null })).toEqual([]);
    expect(index.openJobs(null, wish)).toHaveLength(1);
    expect(index.openJobs(null, { ...wish, received: [`${job}:3`] })).toEqual([]);
    index.offer(loop, job, 9);
    expect(index.openJobs(null, { ...wish, instance: "r.2" })).toHaveLength(1);
  });

  subject("a row is replaced by one that is as new, and an end takes the loop's jobs away", (rows) => {
    const index = rows.index();
    index.offer(loop, job, 5);
    index.note(rowOf(loop, 4, true, 10));
    index.note(rowOf(loop, 3, true, 99));
    index.note(rowOf("a/b/2#1", 1, true, 20));
    expect(index.rows().map((row) => [row.summary.id, row.seq])).toEqual([
      ["a/b/2#1", 1],
      [loop, 4],
    ]);
    index.note(rowOf(loop, 5, false, 30));
    expect(index.rows()[0]).toMatchObject({ seq: 5, active: false });
    expect(index.openJobs(null, wish)).toEqual([]);
  });
}

const pull = { branch: "tamma/1", base: "main", title: "t", body: "b", draft: true };

function tracker(subject: Subject): void {
  subject("issues and pull requests share their numbers; an issue is made once per key", (rows) => {
    const tracker = rows.tracker();
    const issue = {
      creation: "k",
      number: tracker.nextNumber(),
      title: "t",
      body: "b",
      author: "ann",
      at: 1,
    };
    tracker.addIssue(issue);
    expect(tracker.madeUnder("k")).toBe(1);
    expect(tracker.madeUnder("other")).toBeNull();
    expect(tracker.openPull(pull)).toEqual({ number: 2, ...pull, state: "open", mergeSha: null });
    expect(tracker.nextNumber()).toBe(3);
    tracker.closeIssue(1);
    const { creation: _, at: __, ...rest } = issue;
    expect(tracker.issue(1)).toEqual({ ...rest, open: false, labels: [], comments: [] });
    expect(tracker.issue(9)).toBeNull();
    expect(tracker.issues()).toHaveLength(1);
  });

  subject("a branch has one open pull request, and a merged one stays as it is", (rows) => {
    const tracker = rows.tracker();
    expect(tracker.openPull({ ...pull, title: "again" }).number).toBe(tracker.openPull(pull).number);
    tracker.updatePull(1, { state: "merged", draft: false, mergeSha: "c".repeat(40) });
    tracker.updatePull(1, { state: "closed" });
    const next = tracker.openPull(pull);
    expect(next.number).toBe(2);
    tracker.updatePull(2, { draft: false });
    tracker.updatePull(2, { title: "another", body: "text" });
    tracker.updatePull(2, { title: "third" });
    expect(tracker.openPull(pull)).toMatchObject({ number: 2, draft: false, state: "open" });
    expect(tracker.openPull(pull)).toMatchObject({ title: "third", body: "text" });
  });

  subject("a comment is written once per key and replaced later, a label stands once", (rows) => {
    const tracker = rows.tracker();
    tracker.putComment("pull:2", "sticky", "tamma", "one", 5);
    tracker.putComment("pull:2", "other", "tamma", "two", 6);
    tracker.putComment("pull:2", "sticky", "tamma", "three", 7);
    expect(tracker.comments("pull:2")).toEqual([
      { id: "sticky", author: "tamma", at: 5, body: "three" },
      { id: "other", author: "tamma", at: 6, body: "two" },
    ]);
    tracker.addLabels("issue:1", ["b", "a"]);
    tracker.addLabels("issue:1", ["a", "c"]);
    tracker.removeLabels("issue:1", ["b", "never"]);
    expect(tracker.labels("issue:1")).toEqual(["a", "c"]);
  });

  subject("a later verdict under a name replaces the earlier one", (rows) => {
    const tracker = rows.tracker();
    const status = { name: "ci", state: "pending" as const, required: true, url: null };
    tracker.putStatus("s", status);
    tracker.putStatus("s", { ...status, name: "a" });
    tracker.putStatus("s", { ...status, state: "passed" });
    expect(tracker.statuses("s").map(({ name, state }) => [name, state])).toEqual([
      ["a", "pending"],
      ["ci", "passed"],
    ]);
    expect(tracker.statuses("t")).toEqual([]);
  });
}
