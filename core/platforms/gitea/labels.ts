import { PlatformError } from "../../ports/platform.ts";
import { type ApiRequest, path } from "../_shared/api.ts";
import { type Connection, get, type Label } from "./connection.ts";
import * as shapes from "./shapes.ts";

/** For a label that nobody gave a colour. */
const colourOfNone = "ededed";
/** Issues whose labels are remembered: more than loops are awake in one object. */
const labelledMax = 100;

const labels = shapes.listOf(shapes.label);

function ownLabels({ all, at }: Connection): Promise<Label[]> {
  return all({ operation: "labels", path: at`/labels` }, labels);
}

/** Those of the repository's organization, which it may use too. */
async function sharedLabels(connection: Connection): Promise<Label[]> {
  // Whether there are any to be seen stands for a while; which ones they are does not.
  const look: { seen: Label[] | null } = { seen: null };
  const shares = await connection.standing.get("shares labels", async () => {
    look.seen = await shownLabels(connection);
    return look.seen !== null;
  });
  return shares ? (look.seen ?? (await shownLabels(connection)) ?? []) : [];
}

/** Null: the owner is a person, or the token does not see organizations. */
async function shownLabels({ all, owner }: Connection): Promise<Label[] | null> {
  try {
    return await all({ operation: "labels", path: path`/orgs/${owner}/labels` }, labels);
  } catch (error) {
    if (error instanceof PlatformError && ["not-found", "forbidden"].includes(error.kind)) return null;
    throw error;
  }
}

/** Gitea takes two labels of one name; the first one counts. */
function idIn(labels: readonly Label[], name: string): number | null {
  const ids = labels.filter((label) => label.name === name).map(({ id }) => id);
  return ids.length > 0 ? Math.min(...ids) : null;
}

/** Ids of the labels with these names. Those that are missing are made. */
export async function labelIds(connection: Connection, names: readonly string[]): Promise<number[]> {
  if (names.length === 0) return [];
  const own = await ownLabels(connection);
  const isKnown = names.every((name) => idIn(own, name) !== null);
  const shared = isKnown ? [] : await sharedLabels(connection);
  const ids: number[] = [];
  for (const name of new Set(names)) {
    const made = { name, colour: colourOfNone, description: "" };
    ids.push(idIn(own, name) ?? idIn(shared, name) ?? (await makeLabel(connection, made)));
  }
  return ids;
}

/** Under an issue or a pull request, which Gitea counts together. */
export async function addLabels(
  connection: Connection,
  number: number,
  names: readonly string[],
): Promise<void> {
  const ids = await labelIds(connection, names);
  if (ids.length === 0) return;
  const { api, at, labelled } = connection;
  const path = at`/issues/${number}/labels`;
  const now = await api.ask({ operation: "addLabels", method: "POST", path, body: { labels: ids } }, labels);
  labelled.delete(number);
  labelled.set(number, now);
  const [oldest] = labelled.keys();
  if (labelled.size > labelledMax && oldest !== undefined) labelled.delete(oldest);
}

/**
 * Takes labels from an issue, by the ids that it was last said to have. The issue is looked at when one of
 * the names was not among them, or is gone.
 */
export async function removeLabels(
  connection: Connection,
  number: number,
  names: readonly string[],
): Promise<void> {
  const { api, at, labelled } = connection;
  const told = labelled.get(number) ?? [];
  labelled.delete(number);
  if (names.every((name) => told.some((label) => label.name === name))) {
    if (await areTakenOff(connection, number, named(told, names))) {
      labelled.set(
        number,
        told.filter(({ name }) => !names.includes(name)),
      );
      return;
    }
  }
  const issue = await api.ask(get("issue", at`/issues/${number}`), shapes.issue);
  for (const { id } of named(issue.labels, names)) await takeOff(connection, number, id);
}

function named(told: readonly Label[], names: readonly string[]): Label[] {
  return told.filter(({ name }) => names.includes(name));
}

/** False: what was remembered is not so any more; a label was deleted, or the issue. */
async function areTakenOff(connection: Connection, number: number, gone: readonly Label[]): Promise<boolean> {
  try {
    for (const { id } of gone) await takeOff(connection, number, id);
    return true;
  } catch (error) {
    // Gitea says it of a label that the repository has not.
    if (error instanceof PlatformError && error.kind === "validation") return false;
    throw error;
  }
}

async function takeOff({ api, at }: Connection, number: number, id: number): Promise<void> {
  const request = get("removeLabels", at`/issues/${number}/labels/${id}`);
  await api.find({ ...request, method: "DELETE" }, shapes.anything);
}

/** Makes the label unless there is one of this name. */
export async function ensureLabel(
  connection: Connection,
  label: { name: string; colour: string; description: string },
): Promise<"made" | "there"> {
  if (await hasLabel(connection, label.name)) return "there";
  await makeLabel(connection, label);
  return "made";
}

/** One of the organization's is as good as one of the repository's own. */
export async function hasLabel(connection: Connection, name: string): Promise<boolean> {
  if (idIn(await ownLabels(connection), name) !== null) return true;
  return idIn(await sharedLabels(connection), name) !== null;
}

async function makeLabel(
  connection: Connection,
  { name, colour, description }: { name: string; colour: string; description: string },
): Promise<number> {
  const { api, at } = connection;
  const body = { name, color: `#${colour}`, description };
  const request: ApiRequest = { operation: "createLabel", method: "POST", path: at`/labels`, body };
  const made = await api.ask(request, shapes.label);
  // Somebody else may have made it at the same moment: all of them settle on the first one.
  const first = idIn(await ownLabels(connection), name) ?? made.id;
  if (first !== made.id) await removeLabel(connection, made.id);
  return first;
}

async function removeLabel({ api, at }: Connection, id: number): Promise<void> {
  await api.find({ ...get("removeLabel", at`/labels/${id}`), method: "DELETE" }, shapes.anything);
}
