import type { Choice } from "./choose.ts";
import type { Enclosure } from "./enclosure.ts";

/** Tells whoever reads the runner's output which walls are in force, and why no better ones are. */
export function sayProtection(
  { protection, tools }: Enclosure,
  passedOver: Choice["passedOver"],
  say: (line: string) => void,
): void {
  const version = Object.values(tools)[0];
  say(`commands run under ${protection.kind}${version ? ` ${version}` : ""}`);
  for (const { kind, why } of passedOver) say(`${kind} is not in force: ${why}`);
  if (protection.kind !== "process-limits") return;
  say("warning: without a sandbox the project's commands can do what this user can; run only what you trust");
  for (const gap of protection.gaps) say(`not promised: ${gap}`);
}
