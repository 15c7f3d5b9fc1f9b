import { follow, type Told } from "./told.ts";

/** FR-16: one first attempt and three retries. Named here again, so that a wrong limit is seen. */
const failuresMax = 4;
/** A crash gives no free tries: so many lost runners are one failed verdict. */
const lostMax = 3;

/**
 * Invariant 3. An attempt is on record before its work, only a failed verdict uses it up, there are four of
 * them, the same failure twice ends them, and after each failure there is either a retry or a person.
 */
export function attemptLaws(told: Told): string[] {
  const { events, after } = told;
  const broken: string[] = [];
  const types = events.map((event) => event.type);
  const [retried, escalated] = [types.includes("RetryScheduled"), types.includes("Escalated")];
  if (events.some((event) => event.type === "Escalated" && retriedGates(events).includes(event.card.gate)))
    broken.push("retried and escalated at once");
  if (types.includes("GateFailed") && !retried && !escalated)
    broken.push("a gate failed and nothing followed");
  if (escalated && after.state !== "escalated") broken.push("the loop went on although it was escalated");
  follow(told, (event, ledger) => {
    if (event.type === "AttemptStarted") {
      const failed = ledger.attempts[event.gate]?.failed ?? 0;
      if (event.n !== failed + 1) broken.push(`attempt ${event.n} of ${event.gate} after ${failed} failures`);
      if (event.n > failuresMax) broken.push(`attempt ${event.n} of ${event.gate}`);
    }
    if (event.type !== "GateFailed") return;
    const { gate, attempt, evidence } = event;
    const { open = null, last = null } = ledger.attempts[gate] ?? {};
    if (open !== attempt) broken.push(`attempt ${attempt} of ${gate} failed, which was not on record`);
    if (evidence.fingerprint === last && retried) broken.push(`${gate} is tried again on the same failure`);
  });
  return broken;
}

/** Invariant 6. One lease per job, fences only grow, and whoever comes with another fence changes nothing. */
export function leaseLaws(told: Told): string[] {
  const { command, events, known, ledger } = told;
  const broken: string[] = [];
  const { lease } = known;
  if (command?.type === "ReportJobResult" || command?.type === "ExpireLease") {
    const holds = lease?.job === command.job && lease.fence === command.fence;
    if (!holds && events.length > 0) broken.push(`${command.type} counted without the job's lease`);
  }
  follow(told, (event, now) => {
    if (event.type === "LeaseGranted") {
      if (event.fence <= now.fence) broken.push(`fence ${event.fence} was given before`);
      if (now.lease !== null) broken.push("a job was leased twice at once");
      if (now.job?.id !== event.job) broken.push("a job was leased that nobody wants");
    }
    if (event.type === "JobQueued" && !now.slotHeld) broken.push(`${event.kind} was queued without a slot`);
    if (event.type === "JobQueued" && event.kind === "merge" && !now.turnHeld)
      broken.push("a merge was queued out of turn");
    if (event.type === "LeaseLost" && !event.returned && (now.job?.lost ?? 0) + 1 >= lostMax) {
      const paid = events.some((one) => one.type === "GateFailed" || one.type === "Escalated");
      if (!paid) broken.push("a runner was lost for the third time and nobody paid");
    }
  });
  if (ledger.fence < known.fence) broken.push("a fence shrank");
  return broken;
}

/** What is tried again may still meet another end on its way, as comments do whose rounds are used up. */
function retriedGates(events: Told["events"]): (string | null)[] {
  return events.flatMap((event) => (event.type === "RetryScheduled" ? [event.gate] : []));
}
