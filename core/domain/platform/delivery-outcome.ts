/** How a delivery ended, for lists and for whoever looks for what was refused. */
export type DeliveryEnd = "done" | "ignored" | "refused" | "failed";

/** Ways to say that somebody was not allowed, as those who act on deliveries say it. */
const refusals: readonly RegExp[] = [/^refused: /, /^not (started|taken): /, / has no write access$/];
const orders = /^(\d+) of (\d+) orders taken$/;

/** @param said what came of it, in the words that are kept of it */
export function endOfDelivery(said: string): DeliveryEnd {
  if (said.startsWith("failed: ")) return "failed";
  if (said.startsWith("ignored: ")) return "ignored";
  if (refusals.some((refusal) => refusal.test(said))) return "refused";
  const counted = orders.exec(said);
  return counted && Number(counted[1]) < Number(counted[2]) ? "refused" : "done";
}
