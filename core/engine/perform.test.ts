import { expect, test } from "vitest";
import type { Effect } from "../domain/loop/effects.ts";
import { react } from "../domain/loop/react.ts";
import type { Loop } from "../domain/loop/state.ts";
import { say } from "../domain/loop/testing/commands.ts";
import { person } from "../domain/loop/testing/samples.ts";
import { drive, loopDoing, send, sha256, started } from "../domain/loop/testing/scenario.ts";
import type { LoopSettings } from "../domain/loop/work.ts";
import { plainGitPlatform } from "../platforms/plain-git/index.ts";
import type { PlainGitStore, PullRow } from "../ports/plain-git-store.ts";
import { PlatformError, type PlatformErrorKind } from "../ports/platform.ts";
import { failedCommand, type LoopPorts, perform } from "./perform.ts";

/** Plain Git's store as a list of what was written; pull requests are real enough to be found again. */
function recordingStore() {
  const calls: string[] = [];
  const pulls: PullRow[] = [];
  const note =
    (name: string) =>
    async (...args: unknown[]) =>
      void calls.push(`${name} ${JSON.stringify(args)}`);
  const store: PlainGitStore = {
    addLabels: note("addLabels"),
    removeLabels: note("removeLabels"),
    putComment: note("putComment"),
    closeIssue: note("closeIssue"),
    updatePull: note("updatePull"),
    putReview: note("putReview"),
    putReply: note("putReply"),
    putStatus: note("putStatus"),
    createIssue: async (issue) => calls.push(`createIssue ${issue.key} ${issue.title}`),
    listStatuses: async () => [{ name: "tamma/ci", state: "passed", required: true, url: null }],
    openPull: async (pull) => {
      const open = pulls.find((each) => each.branch === pull.branch);
      const row = open ?? { ...pull, number: pulls.length + 1, state: "open" as const, mergeSha: null };
      if (!open) pulls.push(row);
      return row;
    },
  };
  return { store, calls };
}

function ports(store: PlainGitStore, calls: string[]): LoopPorts {
  const note =
    (name: string) =>
    async (...args: unknown[]) =>
      void calls.push(`${name} ${JSON.stringify(args)}`);
  return {
    platform: async () => plainGitPlatform(store, (number) => `/pull/${number}`),
    coordinator: {
      requestSlot: note("requestSlot"),
      releaseSlot: note("releaseSlot"),
      requestMergeTurn: note("requestMergeTurn"),
      releaseMergeTurn: note("releaseMergeTurn"),
      offerJob: note("offerJob"),
    },
    turns: { runTurn: async () => ({ inFlight: true }) },
    prompts: {
      build: async () => ({ system: "", messages: [], tools: [], outputSchema: null, maxOutputTokens: 1 }),
    },
    nonce: () => "n",
    loopUrl: "/app/loops/1",
    mergeSha: () => "a".repeat(40),
  };
}

/** Performs every effect that the loop wants now; answers what was written and what the loop is told. */
async function performAll(loop: Loop) {
  const { store, calls } = recordingStore();
  const told = [];
  for (const effect of react(loop).effects) {
    const done = await perform(effect, loop, ports(store, calls));
    if (done.ended !== "done") throw new Error(`${effect.kind}: ${done.reason}`);
    if (done.command) told.push(done.command.type);
  }
  return { calls: calls.join("\n"), told };
}

const ended = (loop: Loop) => loop.state === "ended";
const merged = () => drive(started(), ended);

test("claiming labels the issue, and the sticky comment is written under the loop's own key", async () => {
  const { calls, told } = await performAll(started());
  expect(told).toEqual(["ReportClaimed"]);
  expect(calls).toContain('addLabels ["issue:7",["tamma:working"]]');
  expect(calls).toContain('putComment ["issue:7","local/calc/7#1:sticky","tamma","**Tamma**');
});

test("an open job is offered to the coordinator", async () => {
  expect((await performAll(loopDoing("plan", "job"))).calls).toContain(
    'offerJob ["local/calc/7#1","local/calc/7#1~j1"]',
  );
});

const linesOf = ({ calls }: { calls: string }, name: string) =>
  calls.split("\n").filter((call) => call.startsWith(name));

test("what a loop asks in another past of its own has another name, and asked twice it has not", async () => {
  const waiting = loopDoing("merge", "call");
  if (waiting.state !== "active" || waiting.doing.kind !== "call") throw new Error("it asks for nothing");
  const later: Loop = { ...waiting, doing: { ...waiting.doing, since: waiting.doing.since + 1 } };
  const asked = async (loop: Loop) => linesOf(await performAll(loop), "requestMergeTurn");
  expect(await asked(waiting)).toHaveLength(1);
  expect(await asked(waiting)).toEqual(await asked(waiting));
  expect(await asked(later)).not.toEqual(await asked(waiting));

  const returned = (mergeTurn: string): Loop => {
    return { ...waiting, facts: { ...waiting.facts, mergeTurns: 1, mergeTurnHeld: false, mergeTurn } };
  };
  const givenBack = async (turn: string) => linesOf(await performAll(returned(turn)), "releaseMergeTurn");
  expect(await givenBack("m7")).toEqual([expect.stringContaining("m7")]);
  expect(await givenBack("m7")).toEqual(await givenBack("m7"));
});

test("the pull request is opened once per branch, as a draft", async () => {
  const loop = drive(
    started(),
    (now) => now.state === "active" && now.doing.kind === "call" && now.step === "open",
  );
  const { store, calls } = recordingStore();
  const effect: Effect = { kind: "call", key: "call:open-pull-request:9", call: "open-pull-request" };
  const [first, again] = [
    await perform(effect, loop, ports(store, calls)),
    await perform(effect, loop, ports(store, calls)),
  ];
  expect(first).toMatchObject({ command: { type: "ReportPullRequestOpened", number: 1, url: "/pull/1" } });
  expect(again).toEqual(first);
});

test("what a model wrote is posted as text that mentions, closes and loads nothing", async () => {
  const evil = "fixes #1, cc @ann ![x](https://evil.example/x) <img src=y>\u202e";
  const merging = structuredClone(merged());
  if (merging.state === "not-started") throw new Error("it has started");
  const { facts } = merging;
  if (facts.plan) facts.plan.summary = evil;
  facts.issue.title = evil;
  facts.review = {
    sha: "a".repeat(40),
    review: {
      summary: evil,
      findings: [{ path: "a.ts", line: 1, severity: "note", title: evil, detail: evil, suggestion: evil }],
    },
  };
  facts.threads = [{ id: "t", author: "ann", person: true, path: null, line: 0, text: "why?", reply: evil }];
  const { store, calls } = recordingStore();
  const openPull = store.openPull.bind(store);
  store.openPull = (pull) => {
    calls.push(`openPull ${JSON.stringify(pull)}`);
    return openPull(pull);
  };
  const effects: Effect[] = [
    { kind: "call", key: "call:open-pull-request:9", call: "open-pull-request" },
    { kind: "call", key: "call:submit-review:9", call: "submit-review" },
    { kind: "reply-thread", key: "reply:t", thread: "t" },
  ];
  for (const effect of effects)
    expect(await perform(effect, merging, ports(store, calls))).toMatchObject({ ended: "done" });
  const posted = calls.join("\n");
  for (const call of ["openPull", "putReview", "putReply"]) expect(posted).toContain(call);
  expect(posted).not.toMatch(/\s#1\b|@ann|\u202e/);
  // A title is no Markdown.
  const bodies = posted.replace(/"title":"[^"]*"/, "");
  expect(bodies).not.toMatch(/(?<!\\)\[x|(?<!`)https:\/\/evil|(?<!\\)<img/);
});

const thread = (id: string, path: string | null) => ({
  ...{ id, author: "ann", person: true, path, line: 3, reply: "because money" },
  text: "\n**why** not even?\nAnd more.",
});

/** What is written when the thread is answered on a pull request of a loop with these settings. */
async function replied(answered: ReturnType<typeof thread>, settings: Partial<LoopSettings>) {
  const loop = structuredClone(drive(started(settings), ended));
  if (loop.state === "not-started") throw new Error("it has started");
  loop.facts.threads = [answered];
  const { store, calls } = recordingStore();
  const effect: Effect = { kind: "reply-thread", key: `reply:${answered.id}`, thread: answered.id };
  expect(await perform(effect, loop, ports(store, calls))).toMatchObject({ ended: "done" });
  return calls.join("\n");
}

test("on a platform a remark is answered in the conversation, below the line that it quotes", async () => {
  const hosted = { checks: "platform", merges: "platform" } as const;
  for (const id of ["comment-7", "review-9", "p1"]) {
    const calls = await replied(thread(id, null), hosted);
    expect(calls).toContain(
      `putComment ["pull:1","local/calc/7#1:reply:${id}","tamma",` +
        '"> \\\\*\\\\*why\\\\*\\\\* not even?\\n\\nbecause money"]',
    );
    expect(calls).not.toContain("putReply");
  }
});

test("a thread at a line is answered in it; one that only Tamma knows, in the conversation", async () => {
  const hosted = { checks: "platform", merges: "platform" } as const;
  expect(await replied(thread("4711", "a.ts"), hosted)).toContain('putReply [1,{"key"');
  for (const id of ["f1", "c-0a1b2c"])
    expect(await replied(thread(id, "a.ts"), hosted)).toContain('putComment ["pull:1"');
});

test("on plain Git every thread is one of Tamma's own, and is answered in it", async () => {
  for (const [id, path] of [
    ["c-0a1b2c", null],
    ["f1", "a.ts"],
  ] as const)
    expect(await replied(thread(id, path), {})).toContain('putReply [1,{"key"');
});

test("a checkpoint is a comment of its own, on the pull request once there is one", async () => {
  expect((await performAll(loopDoing("design", "checkpoint"))).calls).toContain(
    'putComment ["issue:7","local/calc/7#1:notice:',
  );
  expect((await performAll(loopDoing("complete", "checkpoint"))).calls).toMatch(/putComment \["pull:\d+"/);
});

test("that no check has started is said once, and only while the loop waits for it", async () => {
  const waits = loopDoing("ci", "checks", { checks: "platform", merges: "platform" });
  const timer = react(waits).timers.find((one) => one.timer === "checks-silent");
  const silent = send(waits, { type: "FireTimer", key: timer?.key ?? "", timer: "checks-silent" }).loop;
  const effect = react(silent).effects.find((one) => one.kind === "notice") as Effect;
  const said = async (what: Effect, loop: Loop) => {
    const { store, calls } = recordingStore();
    await perform(what, loop, ports(store, calls));
    return calls.join("\n");
  };
  expect(await said(effect, silent)).toMatch(/putComment \["pull:1","local\/calc\/7#1:notice:checks:d/);
  const old: Effect = { kind: "notice", key: "notice:checkpoint:1", notice: "checkpoint" };
  expect(await said(old, silent)).toBe("");
  expect(await said(effect, loopDoing("complete", "checkpoint"))).toBe("");
});

test("a merged loop records the merge, closes the issue and gives its slot back for good", async () => {
  const { calls } = await performAll(merged());
  expect(calls).toContain(`"state":"merged","draft":false,"mergeSha":"${"a".repeat(40)}"`);
  expect(calls).toContain("closeIssue [7]");
  expect(calls).toContain('removeLabels ["issue:7",["tamma:working"]]');
  expect(calls).toMatch(
    /releaseSlot \["local\/calc\/7#1",\{"claim":"claim-1","reason":"merged","ended":true\}\]/,
  );
});

test("an escalation is a card with a label, on the issue or on its pull request", async () => {
  const early = say(started(), { failing: ["plan"], trouble: [] }, "garbage old", "garbage old");
  const first = await performAll(early);
  expect(first.calls).toContain('addLabels ["issue:7",["needs-human-review"]]');
  const late = say(started(), { failing: ["test"], trouble: [] }, "test old", "test old");
  const second = await performAll(late);
  expect(second.calls).toMatch(/addLabels \["pull:\d+",\["needs-human-review"\]\]/);
  expect(second.calls).toMatch(/putComment \["pull:\d+","local\/calc\/7#1:notice:escalation/);
});

test("a loop that ended without a merge closes its pull request", async () => {
  const { loop } = send(loopDoing("complete", "checkpoint"), {
    type: "CancelLoop",
    by: person(),
    reason: "no",
  });
  const { calls } = await performAll(loop);
  expect(calls).toContain('"state":"closed"');
  expect(calls).not.toContain("closeIssue");
});

test("every effect that a calm loop ever wants can be performed", async () => {
  const kinds = new Set<string>();
  drive(started(), (loop) => {
    for (const effect of react(loop).effects) kinds.add(effect.kind);
    return loop.state === "ended";
  });
  await performAll(merged());
  expect([...kinds]).toEqual(
    expect.arrayContaining(["call", "offer-job", "ask-model", "notice", "close-issue"]),
  );
});

async function failing(thrown: unknown) {
  const { store, calls } = recordingStore();
  store.addLabels = async () => {
    throw thrown;
  };
  const claim: Effect = { kind: "call", key: "call:claim:1", call: "claim" };
  return perform(claim, started(), ports(store, calls));
}

test("what may pass is tried again, at the time that the platform named", async () => {
  const limited = new PlatformError({
    kind: "rate-limited",
    operation: "addLabels",
    message: "slow down",
    retryAt: 9,
  });
  await expect(failing(limited)).resolves.toMatchObject({ ended: "again", at: 9 });
  await expect(failing(new Error("connection reset"))).resolves.toMatchObject({ ended: "again", at: null });
});

test("what cannot pass is given up at once", async () => {
  const kinds: PlatformErrorKind[] = ["auth", "forbidden", "not-found", "validation", "unsupported"];
  for (const kind of kinds) {
    const error = new PlatformError({ kind, operation: "addLabels", message: "no" });
    await expect(failing(error)).resolves.toEqual({ ended: "failed", reason: "addLabels: no" });
  }
});

test("a call that failed for good escalates, a courtesy is skipped, and a model is asked again later", () => {
  const claim = failedCommand({ kind: "call", key: "call:claim:1", call: "claim" }, "no");
  expect(claim).toMatchObject({ type: "ReportEffectFailed", mainLine: true, effect: "claim" });
  expect(send(started(), claim).loop.state).toBe("escalated");
  const sticky = failedCommand({ kind: "sticky-comment", key: "k", revision: "r" }, "no");
  expect(send(started(), sticky).loop.state).toBe("active");
  const ask = failedCommand({ kind: "ask-model", key: "k", task: "plan", n: 2, notBefore: 0 }, "no");
  expect(ask).toMatchObject({ type: "ReportModelFailure", kind: "transient", n: 2 });
});

test("a turn that is under way elsewhere is asked for again", async () => {
  const loop = loopDoing("plan", "model");
  const { store, calls } = recordingStore();
  const effect: Effect = { kind: "ask-model", key: sha256("k"), task: "plan", n: 1, notBefore: 0 };
  await expect(perform(effect, loop, ports(store, calls))).resolves.toMatchObject({ ended: "again" });
});
