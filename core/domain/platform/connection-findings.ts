import type { AccessRight, ConnectionFacts } from "./setup-facts.ts";
import { type Finder, finderOf, type SetupFinding } from "./setup-finding.ts";
import { isPrivate, isThisMachine } from "./webhook-address.ts";

/** Signatures and tokens carry times: GitHub takes an App's proof for no more than a minute of difference. */
export const clockOffMsMax = 60_000;

/** How well a connection is set up. */
export function connectionFindings(facts: ConnectionFacts): SetupFinding[] {
  const find = finderOf(null);
  const { account } = facts;
  if ("failed" in account) return [unreached(find, facts, account.failed), ...webhookFinding(find, facts)];
  const { login, version, rights } = account.told;
  const server = version === null ? facts.baseUrl : `${facts.baseUrl}, version ${version}`;
  return [
    find.ok(`the credential is good, for ${login} at ${server}`),
    ...rightsFindings(find, facts.id, rights),
    ...clockFinding(find, facts.clockAheadMs),
    ...webhookFinding(find, facts),
  ];
}

function unreached(
  find: Finder,
  { id, baseUrl }: ConnectionFacts,
  { kind, message }: { kind: string; message: string },
): SetupFinding {
  const rotate = `give a good one: \`tamma connections rotate ${id} --token-file FILE\``;
  if (kind === "auth") return find.wrong(`${baseUrl} refuses the credential`, message, rotate);
  if (kind === "forbidden" || kind === "not-found")
    return find.wrong("the credential does not show whose it is", message, rotate);
  if (kind === "rate-limited")
    return find.warning(
      `${baseUrl} asks Tamma to wait`,
      message,
      "look again later; loops wait by themselves",
    );
  if (kind === "transient")
    return find.wrong(
      `${baseUrl} does not answer as it should`,
      message,
      "see that it is up, then look again",
    );
  return find.wrong(`${baseUrl} cannot be worked with`, message, "put that right, then look again");
}

function rightsFindings(find: Finder, id: string, rights: readonly AccessRight[]): SetupFinding[] {
  const untold = rights.filter(({ granted }) => granted === null);
  const missing = rights.filter(({ granted }) => granted === false);
  const todo = `grant it on the platform; a new token goes in by \`tamma connections rotate ${id}\``;
  const findings = missing.map(({ name, why, needed }) =>
    needed
      ? find.wrong(`${name} is not granted`, `it is needed: ${why}`, todo)
      : find.warning(`${name} is not granted`, `without it: no ${why}`, todo),
  );
  if (untold.length > 0)
    findings.push(
      find.ok("the platform does not tell what this credential may do", "each repository shows it below"),
    );
  else if (missing.length === 0)
    findings.push(find.ok(`it may do what Tamma needs: ${rights.map(({ name }) => name).join(", ")}`));
  return findings;
}

function clockFinding(find: Finder, aheadMs: number | null): SetupFinding[] {
  if (aheadMs === null) return [];
  const seconds = Math.round(Math.abs(aheadMs) / 1_000);
  if (Math.abs(aheadMs) <= clockOffMsMax) return [find.ok("its clock and this server's agree")];
  const what = `its clock is ${seconds} s ${aheadMs > 0 ? "ahead of" : "behind"} this server's`;
  return [find.warning(what, "signatures and tokens are good for a time only", "set both clocks (NTP)")];
}

function webhookFinding(find: Finder, { baseUrl, webhook }: ConnectionFacts): SetupFinding[] {
  if (webhook.url === null)
    return [find.wrong("the platform has no address for its webhooks", webhook.why, webhook.todo)];
  const inside = isPrivate(webhook.url) && !isPrivate(baseUrl) && !isThisMachine(baseUrl);
  if (!inside) return [find.ok(`webhooks come to ${webhook.url}`)];
  const why = "that is an address of a private network, which a platform outside cannot reach";
  const todo = "give one that it can, with --webhook-url, unless the platform is in that network as well";
  return [find.warning(`webhooks come to ${webhook.url}`, why, todo)];
}
