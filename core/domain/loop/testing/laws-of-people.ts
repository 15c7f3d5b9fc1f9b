import { isApproved } from "./laws-of-merge.ts";
import { isAhead, type Ledger } from "./ledger.ts";
import { follow, type Told } from "./told.ts";

/**
 * A yes is a person's, to what he saw, where he may give it; money is spent within the cap and settled once.
 */
export function peopleLaws(told: Told): string[] {
  const { command, events, known, after, ledger } = told;
  const broken: string[] = [];
  if (command?.type === "DecideCheckpoint" && events.length > 0) {
    const { checkpoint } = known;
    if (checkpoint?.id !== command.checkpoint || checkpoint.subject !== command.subject)
      broken.push("a decision counted for something else than was shown");
  }
  if (command?.type === "CancelLoop" && after.state !== "ended") broken.push("a cancelled loop goes on");
  follow(told, (event, now) => {
    switch (event.type) {
      case "CheckpointOpened":
        if (event.kind === "complete" && event.subject !== now.head)
          broken.push("completion is asked for another head");
        break;
      case "ApprovalGiven":
        broken.push(...mayNot(now, event));
        break;
      case "CheckpointPassed":
        if (event.kind === "complete" && now.head !== null && !isApproved(now, now.head))
          broken.push("completion passed without the persons that it needs");
        break;
      case "ApprovalCarriedOver":
        if (event.from !== now.rebasedFrom || event.to !== now.head || now.level === "business/guardian")
          broken.push("an approval was carried over to a change that nobody saw");
        break;
      case "TurnReserved":
        if (event.turn in now.money.reserved) broken.push("a turn was reserved twice");
        if (!isHeld(now, event.turn)) broken.push("a turn was reserved for a runner that lost its job");
        break;
      case "TurnSettled":
        if (!(event.turn in now.money.reserved)) broken.push("a turn was settled that is not reserved");
        break;
      default:
        break;
    }
  });
  return [...broken, ...moneyLaws(ledger, after)];
}

/** A turn of a job names its lease: `<job>~f<fence>~t<n>`. The loop's own tasks have none. */
function isHeld({ lease }: Ledger, turn: string): boolean {
  const [, job, fence] = /^(.+)~f(\d+)~t\d+$/.exec(turn) ?? [];
  return job === undefined || (lease?.job === job && lease.fence === Number(fence));
}

function mayNot(
  now: Ledger,
  { kind, subject, by, via, checkpoint }: Extract<Told["events"][number], { type: "ApprovalGiven" }>,
): string[] {
  const broken: string[] = [];
  // A person who writes the design says yes to his own words, which have a new hash.
  const shown =
    now.checkpoint?.id === checkpoint && (now.checkpoint.subject === subject || kind === "design");
  if (!shown) broken.push("an approval is bound to something that was not shown");
  const strict =
    now.level === "business/guardian" && (kind === "design" || kind === "complete" || kind === "tests");
  if (strict && by.id === now.requester) broken.push("the requester approved his own wish in guardian");
  if (!isAhead(via)) return broken;
  if (via === "pre-approved" && now.level !== "dev/autopilot") broken.push(`pre-approved at ${now.level}`);
  const risk = [...now.risk.patch, ...now.risk.scan];
  if (kind === "tests" || (kind === "complete" && (risk.length > 0 || now.weakened === now.pushedTree)))
    broken.push(`approved ahead of time although ${risk.join(", ") || "tests are weaker"}`);
  return broken;
}

/** Invariant 5. */
function moneyLaws({ money }: Ledger, after: Told["after"]): string[] {
  const broken: string[] = [];
  const held = Object.values(money.reserved).reduce((sum, one) => sum + one, 0);
  if (money.spent + held > money.max) broken.push("more money is spent and reserved than the cap allows");
  if (after.state === "not-started") return broken;
  const { spent, reserved } = after.facts.budget;
  const own = Object.values(reserved).reduce((sum, one) => sum + one.amount, 0);
  if (spent !== money.spent || own !== held) broken.push("the loop's books differ from its record");
  return broken;
}
