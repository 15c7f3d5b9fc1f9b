import type { Bug } from "./bug.ts";

const engine = "core/engine";

/** Mistakes in how a command becomes a record, and an effect a touch of the world. */
export const bugsOfEngine: Bug[] = [
  {
    name: "other-past-answers",
    does: "a loop that was set back asks under the name of what it asked in its other past",
    file: "core/engine/perform.ts",
    find: '[key, at].join(":")',
    replace: 'at === 0 ? "" : key',
    attacks: "4",
    slow: true,
  },
  {
    name: "react-after-each-event",
    does: "effects are wanted after each event and not after the whole batch",
    file: `${engine}/handle.ts`,
    find: "const reaction = machine.react(state);",
    replace: `const { effects, timers } = machine.react(state);
  const reaction = { effects: [...effects], timers };
  events.reduce((folded, event) => {
    const next = machine.evolve(folded, event, at);
    for (const effect of machine.react(next).effects)
      if (reaction.effects.every((one) => one.key !== effect.key)) reaction.effects.push(effect);
    return next;
  }, before.state);`,
    attacks: "4",
  },
  {
    name: "command-not-known-again",
    does: "a command that comes again is decided again",
    file: `${engine}/handle.ts`,
    find: "if (stored) return {",
    replace: 'if (stored && request.commandId === "") return {',
    attacks: "7",
    slow: true,
  },
  {
    name: "clock-goes-back",
    does: "when the machine's clock is set back, new events are older than the ones before",
    file: `${engine}/handle.ts`,
    find: "const at = Math.max(host.clock.now(), head.at);",
    replace: "const at = host.clock.now() - (head.seq % 2) * 5_000;",
    attacks: "1",
  },
  {
    name: "end-is-not-told",
    does: "the coordinator is told that an ended loop only waits",
    file: `${engine}/perform.ts`,
    find: 'reason, ended: loop.state === "ended" });',
    replace: "reason, ended: false });",
    attacks: "6",
    slow: true,
  },
  {
    name: "one-comment-for-all-notices",
    does: "each notice overwrites the one before, so nobody is called again",
    file: `${engine}/perform.ts`,
    find: "effect.key}`;\n  const target",
    replace: "effect.kind}`;\n  const target",
    attacks: "7",
    slow: true,
  },
  {
    name: "issue-stays-open",
    does: "a merged loop leaves its issue open",
    file: `${engine}/perform.ts`,
    find: "await (await ports.platform()).issues.closeIssue(facts.issue);",
    replace: "",
    attacks: "7",
    slow: true,
  },
  {
    name: "merge-turn-not-asked",
    does: "a loop waits for a merge turn that it never asks for",
    file: `${engine}/perform.ts`,
    find: "await coordinator.requestMergeTurn(facts.loop, inThisPast(key, askedAt(loop)));",
    replace: "",
    attacks: "4",
    slow: true,
  },
];
