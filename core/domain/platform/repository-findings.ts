import type { RepositoryFacts } from "./setup-facts.ts";
import { type Finder, finderOf, type SetupFinding } from "./setup-finding.ts";

/** What of its connection a repository is held against. */
export interface OfConnection {
  readonly id: string;
  /** The whole address of its webhooks; null: there is none. */
  readonly webhookUrl: string | null;
  /** Its path on this server, by which an old address of ours is known. */
  readonly webhookPath: string;
  readonly label: string;
}

type Failure = { readonly kind: string; readonly message: string };

/** How well a repository is set up, and what people changed since it was added. */
export function repositoryFindings(facts: RepositoryFacts, connection: OfConnection): SetupFinding[] {
  const find = finderOf(facts.name);
  if ("failed" in facts.now) return [unseen(find, connection, facts.now.failed)];
  const { now } = facts;
  if (now.told.id !== facts.id) {
    const why = `it was ${facts.id} when it was added, and is ${now.told.id} now`;
    const todo = `if that is meant: \`${againBy(facts, connection)}\``;
    return [find.wrong("another repository has this name now", why, todo)];
  }
  return [
    ...shapeFindings(find, facts, now.told),
    permissionFinding(find, facts, now.told.permission),
    ...webhookFindings(find, facts, connection),
    labelFinding(find, facts, connection),
    ...branchFindings(find, facts),
  ];
}

const againBy = ({ name }: RepositoryFacts, { id }: OfConnection) =>
  `tamma repos add ${name} --connection ${id}`;

function unseen(find: Finder, connection: OfConnection, { kind, message }: Failure): SetupFinding {
  if (kind === "not-found" || kind === "forbidden")
    return find.wrong(
      "this connection does not see it",
      message,
      "give the connection's account or App access to it",
    );
  if (kind === "auth")
    return find.wrong(
      "the platform refuses the credential",
      message,
      `tamma connections rotate ${connection.id}`,
    );
  if (kind === "validation")
    return find.wrong(
      "it does not answer to this name",
      message,
      "rename it back: Tamma keeps to the name under which it was added",
    );
  if (kind === "rate-limited")
    return find.warning(
      "it could not be looked at now",
      message,
      "look again later; loops wait by themselves",
    );
  return find.wrong("it could not be looked at", message, "see that the platform is up, then look again");
}

type Now = {
  readonly name: string;
  readonly defaultBranch: string;
  readonly archived: boolean;
  readonly empty: boolean;
};

function shapeFindings(find: Finder, facts: RepositoryFacts, now: Now): SetupFinding[] {
  const findings: SetupFinding[] = [];
  if (now.archived)
    findings.push(find.wrong("it is archived", "nothing can be written to it", "take it out of the archive"));
  if (now.empty)
    findings.push(find.wrong("it has no commit", "a branch needs one to start from", "make a first commit"));
  if (now.name !== facts.name)
    findings.push(
      find.warning(
        `it is called ${now.name} now`,
        "requests under the old name are not always led on",
        "rename it back: Tamma keeps to the name under which it was added",
      ),
    );
  if (now.defaultBranch !== facts.defaultBranch)
    findings.push(
      find.warning(
        `its default branch is ${now.defaultBranch} now`,
        `loops go on to start from ${facts.defaultBranch} and to merge into it`,
        `make ${facts.defaultBranch} the default branch again, if that is where the work belongs`,
      ),
    );
  return findings.length > 0 ? findings : [find.ok("it is there, and not archived")];
}

function permissionFinding(
  find: Finder,
  { name }: RepositoryFacts,
  permission: "none" | "read" | "write" | "admin",
): SetupFinding {
  if (permission === "admin") return find.ok("the connection administers it");
  if (permission === "write")
    return find.ok("the connection may write to it", "webhooks are set up by administrators only");
  const why = "branches, pull requests and comments are written there";
  const todo = `give the connection's account or App write access to ${name}`;
  return find.wrong(
    `the connection may ${permission === "read" ? "only read it" : "do nothing there"}`,
    why,
    todo,
  );
}

function webhookFindings(find: Finder, facts: RepositoryFacts, connection: OfConnection): SetupFinding[] {
  const { webhooks } = facts;
  if (!facts.wantsWebhook)
    return [
      find.ok(
        "it was added without a webhook",
        "labels and comments reach Tamma by the App's own, if at all",
      ),
    ];
  if (connection.webhookUrl === null) return [];
  if ("failed" in webhooks) {
    const todo = "make the connection's account administrator there, or look at the webhook yourself";
    return [find.warning("its webhooks are not shown to this connection", webhooks.failed.message, todo)];
  }
  const again = againBy(facts, connection);
  const others = webhooks.told.filter(
    ({ url }) => url !== connection.webhookUrl && pathOf(url) === connection.webhookPath,
  );
  const own = webhooks.told.filter(({ url }) => url === connection.webhookUrl);
  return [ownWebhook(find, facts, own, again), ...lostFindings(find, facts), ...otherWebhooks(find, others)];
}

function ownWebhook(
  find: Finder,
  { hasPresentSecret }: RepositoryFacts,
  own: readonly { url: string; active: boolean }[],
  again: string,
): SetupFinding {
  const [webhook] = own;
  if (!webhook) return find.wrong("its webhook is gone", "labels and comments do not reach Tamma", again);
  if (own.every(({ active }) => !active))
    return find.wrong("its webhook is switched off", "labels and comments do not reach Tamma", again);
  if (own.length > 1) {
    const why = "each delivery comes several times; only one of them is worked on";
    return find.warning(`it has ${own.length} webhooks to this server`, why, "remove all but the newest");
  }
  if (hasPresentSecret) return find.ok(`its webhook is active and leads to ${webhook.url}`);
  const why = "the connection has a new one, and the next rotation shuts the old one out";
  return find.warning("its webhook still signs with the secret before", why, again);
}

function lostFindings(find: Finder, { lost }: RepositoryFacts): SetupFinding[] {
  if (lost === null) return [];
  if ("failed" in lost) {
    const todo = "look at the webhook's page on the platform";
    return [find.warning("its deliveries are not shown to this connection", lost.failed.message, todo)];
  }
  const { count, hours } = lost.told;
  if (count === 0) return [find.ok(`no delivery was lost in the last ${hours} hours`)];
  return [
    find.warning(
      `${count} ${count === 1 ? "delivery" : "deliveries"} failed in the last ${hours} hours`,
      "the platform could not reach this server, or was refused",
      "see on the webhook's page how it was answered, and send it again there",
    ),
  ];
}

function otherWebhooks(find: Finder, others: readonly { url: string }[]): SetupFinding[] {
  return others.map(({ url }) =>
    find.warning(
      `another webhook leads to ${url}`,
      "it is an old address of this server, or another server has a connection of the same name",
      "remove it on the platform if it is an old one",
    ),
  );
}

function labelFinding(find: Finder, facts: RepositoryFacts, connection: OfConnection): SetupFinding {
  const { label } = facts;
  if ("failed" in label)
    return find.warning(
      `whether there is a label ${connection.label} is not shown`,
      label.failed.message,
      "give the connection access to issues",
    );
  if (label.told) return find.ok(`the label ${connection.label} is there`);
  const why = "it is how an issue is given to Tamma";
  return find.warning(`the label ${connection.label} is gone`, why, againBy(facts, connection));
}

function branchFindings(find: Finder, { defaultBranch, rules, now }: RepositoryFacts): SetupFinding[] {
  // That an empty repository has no branch was said.
  if ("told" in now && now.told.empty) return [];
  if ("failed" in rules) {
    const todo = "look at the rules of the branch yourself";
    return [find.warning(`what protects ${defaultBranch} is not shown`, rules.failed.message, todo)];
  }
  if (rules.told === null)
    return [
      find.wrong(`there is no branch ${defaultBranch}`, "loops start from it", "make it, or add it again"),
    ];
  const { protected: isProtected, approvals, mayMerge } = rules.told;
  if (mayMerge === false)
    return [
      find.wrong(
        `the connection may not merge into ${defaultBranch}`,
        "the branch's rules name those who may",
        "add the connection's account or App to them, or let a person merge",
      ),
    ];
  if (!isProtected)
    return [
      find.warning(
        `${defaultBranch} is not protected`,
        "nothing but Tamma's own gates keeps a change out that failed its checks",
        "protect it, and require the checks that count",
      ),
    ];
  if ((approvals ?? 0) > 0)
    return [
      find.ok(
        `${defaultBranch} is protected, and takes ${approvals} ${approvals === 1 ? "approval" : "approvals"}`,
        "Tamma does not approve its own: a person has to, on the platform",
      ),
    ];
  const unsure = mayMerge === null || approvals === null;
  return [
    find.ok(
      `${defaultBranch} is protected`,
      unsure ? "whether Tamma may merge only a merge will tell" : undefined,
    ),
  ];
}

/** Null for what is no address. */
function pathOf(url: string): string | null {
  return URL.parse(url)?.pathname ?? null;
}
