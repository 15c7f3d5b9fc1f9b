import { PlatformError } from "../../ports/platform.ts";
import { type ApiRequest, path } from "../_shared/api.ts";
import { type Connection, get } from "./connection.ts";
import * as shapes from "./shapes.ts";

/** For a label that nobody gave a colour. */
const colourOfNone = "ededed";

interface Label {
  id: number;
  name: string;
}

const labels = shapes.listOf(shapes.label);

function ownLabels({ all, at }: Connection): Promise<Label[]> {
  return all({ operation: "labels", path: at`/labels` }, labels);
}

/** Those of the repository's organization, which it may use too. */
async function sharedLabels({ all, owner }: Connection): Promise<Label[]> {
  try {
    return await all({ operation: "labels", path: path`/orgs/${owner}/labels` }, labels);
  } catch (error) {
    // The owner is a person, or the token does not see organizations.
    if (error instanceof PlatformError && ["not-found", "forbidden"].includes(error.kind)) return [];
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
  const labels = await labelIds(connection, names);
  if (labels.length === 0) return;
  const path = connection.at`/issues/${number}/labels`;
  await connection.api.tell({ operation: "addLabels", method: "POST", path, body: { labels } });
}

/** Makes the label unless there is one of this name. */
export async function ensureLabel(
  connection: Connection,
  label: { name: string; colour: string; description: string },
): Promise<void> {
  if (!(await hasLabel(connection, label.name))) await makeLabel(connection, label);
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
