import type { Bug } from "./bug.ts";

const loop = "core/domain/loop";

/** Mistakes in the state that events make, and in what a state wants from the world. */
export const bugsOfState: Bug[] = [
  {
    name: "fence-reused",
    does: "each lease of a loop gets the same fence",
    file: `${loop}/evolve-control.ts`,
    find: "return { ...facts, fences: event.fence, merging",
    replace: "return { ...facts, merging",
    attacks: "6",
  },
  {
    name: "reservation-kept",
    does: "a settled turn stays reserved",
    file: `${loop}/evolve-control.ts`,
    find: "budget: { ...facts.budget, reserved, spent: facts.budget.spent + cost }",
    replace:
      "budget: { ...facts.budget, spent: facts.budget.spent + cost + 0 * Object.keys(reserved).length }",
    attacks: "5",
  },
  {
    name: "merge-turn-kept",
    does: "a loop that waits for a person keeps the merge turn",
    file: `${loop}/evolve-facts.ts`,
    find: "return { waits: facts.waits + 1, reminders: 0, mergeTurnHeld: false };",
    replace: "return { waits: facts.waits + 1, reminders: 0 };",
    attacks: "4",
  },
  {
    name: "lost-lease-not-counted",
    does: "however often a runner vanishes, the attempt goes on",
    file: `${loop}/evolve.ts`,
    find: "doing.job.leasesLost + (event.returned ? 0 : 1)",
    replace: "doing.job.leasesLost",
    attacks: "3",
    slow: true,
  },
  {
    name: "changed-rebase-is-carried",
    does: "an approval is carried over a rebase that changed the text of the change",
    file: `${loop}/evolve-code.ts`,
    find: "const rebasedFrom = unchanged && replayed ? facts.head : null;",
    replace: "const rebasedFrom = replayed ? facts.head : null;",
    attacks: "2",
    slow: true,
  },
  {
    name: "pass-forgives-failures",
    does: "a gate that passed once is given all its attempts anew",
    file: `${loop}/evolve-gates.ts`,
    find: "[gate]: { ...facts.attempts[gate], open: false } };\n  const failure",
    replace: "[gate]: { ...facts.attempts[gate], failed: 0, open: false } };\n  const failure",
    attacks: "3",
  },
  ...timers(),
  {
    name: "end-moves-away",
    does: "each reminder moves the end of the wait, so that it never comes",
    file: `${loop}/react.ts`,
    find: 'timer: "expire-wait", due: since + expiryMs }];',
    replace: 'timer: "expire-wait", due: since + (reminders + 1) * expiryMs }];',
    attacks: "4",
  },
  {
    name: "escalation-tells-nobody",
    does: "an escalated loop waits for a person who is not told",
    file: `${loop}/react.ts`,
    find: 'personWait(facts, "escalation", since, escalationExpiryMs));',
    replace: '{ ...personWait(facts, "escalation", since, escalationExpiryMs), effects: [] });',
    attacks: "4",
  },
  {
    name: "slot-kept-at-the-end",
    does: "a loop that ended keeps its slot",
    file: `${loop}/react.ts`,
    find: 'effects.push(releaseSlot("end", outcome), ...worldOf(facts));',
    replace: "effects.push(...worldOf(facts));",
    attacks: "6",
  },
  {
    name: "merge-turn-never-back",
    does: "a merge turn that is not needed any more is not given back",
    file: `${loop}/react.ts`,
    find: "if (mergeTurns > 0 && !facts.mergeTurnHeld)",
    replace: "if (mergeTurns < 0 && !facts.mergeTurnHeld)",
    attacks: "6",
  },
  {
    name: "offered-once",
    does: "a job whose runner was lost is not offered again, because its key was used",
    file: `${loop}/react.ts`,
    find: 'effects: [{ kind: "offer-job", key, job, notBefore }],',
    replace: 'effects: [{ kind: "offer-job", key: job, job, notBefore }],',
    attacks: "4",
  },
  {
    name: "told-once",
    does: "a person is told of the first checkpoint only, because its key is used again",
    file: `${loop}/react.ts`,
    find: ", notice }], timers };",
    replace: ", notice }].map((one) => ({ ...one, key: notice })), timers };",
    attacks: "7",
  },
];

/** Each wish to be woken, left out. */
function timers(): Bug[] {
  const missing = (name: string, does: string, find: string, replace: string): Bug => ({
    ...{ name, does, file: `${loop}/react.ts`, find, replace, attacks: "4" },
  });
  return [
    missing(
      "no-runner-deadline",
      "a job that no runner takes is waited for without end",
      'timer: "runner-deadline", due }],',
      'timer: "runner-deadline", due }].slice(1),',
    ),
    missing(
      "no-lease-timer",
      "a leased job is waited for without end",
      "return { effects: [], timers: [timer] };",
      "return { effects: [], timers: [timer].slice(1) };",
    ),
    missing(
      "no-checks-deadline",
      "checks that never report are waited for without end",
      'timer: "checks-deadline", due: since + checksDeadlineMs }',
      'timer: "checks-again", due: since + checksDeadlineMs }',
    ),
    missing(
      "no-expiry",
      "a person who never answers is waited for without end",
      'timer: "expire-wait", due: since + expiryMs }];',
      'timer: "expire-wait", due: since + expiryMs }].slice(1);',
    ),
    missing(
      "no-total-time",
      "a loop may grow old without end",
      'timers.push({ key: "total-time", timer: "total-time", due: facts.startedAt + totalTimeMs });',
      "",
    ),
    missing(
      "no-turn-deadline",
      "a reservation that nobody settles is held for ever",
      "const timers = [...turnTimers(facts)];",
      "const timers: Timer[] = [];",
    ),
  ];
}
