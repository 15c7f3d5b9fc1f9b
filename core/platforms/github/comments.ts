import { keyIn, withMarker } from "../_shared/marker.ts";
import { answeredWith } from "./answers.ts";
import { conversation, type GithubRepository } from "./repository.ts";
import * as shapes from "./shapes.ts";

/** Source: the answer of GitHub's API, "body is too long (maximum is 65536 characters)". */
export const commentCharsMax = 65_536;

/**
 * One comment per `key` in the conversation of an issue or a pull request: ours with this key is replaced,
 * else one is posted. Two callers at the same moment may both post; the first comment is the one that is
 * replaced from then on.
 */
export async function upsertComment(
  repository: GithubRepository,
  number: number,
  key: string,
  text: string,
): Promise<void> {
  const { client, at } = repository;
  const operation = "upsertComment";
  const body = withMarker(text, key, commentCharsMax);
  const me = await repository.me();
  const found = await client.first(
    operation,
    conversation(repository, operation, number),
    shapes.comment,
    ({ user, body }) => user.id === me.id && keyIn(body) === key,
  );
  const { issues } = client.on(operation);
  if (!found) await issues.createComment({ ...at, issue_number: number, body });
  else if (sameText(found.body, body)) return;
  else await issues.updateComment({ ...at, comment_id: Number(found.id), body });
}

/** GitHub may answer with other ends of lines, and without blanks at the end. */
function sameText(one: string, other: string): boolean {
  const plain = (text: string) => text.replaceAll("\r\n", "\n").trimEnd();
  return plain(one) === plain(other);
}

/** Labels that do not exist yet are made by GitHub when they are added. */
export async function addLabels(
  { client, at }: GithubRepository,
  number: number,
  labels: readonly string[],
): Promise<void> {
  if (labels.length === 0) return;
  await client.on("addLabels").issues.addLabels({ ...at, issue_number: number, labels: [...labels] });
}

/** One that the issue has not stays away. */
export async function removeLabels(
  { client, at }: GithubRepository,
  number: number,
  labels: readonly string[],
): Promise<void> {
  for (const name of labels) {
    try {
      await client.on("removeLabels").issues.removeLabel({ ...at, issue_number: number, name });
    } catch (error) {
      const gone = answeredWith(error, 404)?.body.includes("Label does not exist");
      if (!gone) throw error;
    }
  }
}
