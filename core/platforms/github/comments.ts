import { keyedComments, type PutComment } from "../_shared/keyed-comments.ts";
import { keyIn, withMarker } from "../_shared/marker.ts";
import { answeredWith, numberOf, shaped } from "./answers.ts";
import { conversation, type GithubRepository } from "./repository.ts";
import * as shapes from "./shapes.ts";

/** Source: the answer of GitHub's API, "body is too long (maximum is 65536 characters)". */
export const commentCharsMax = 65_536;

/**
 * One comment per `key` in the conversation of an issue or a pull request: ours with this key is replaced,
 * else one is posted. Two processes at the same moment may both post; the first comment is the one that is
 * replaced from then on.
 */
export function githubComments(repository: GithubRepository): PutComment {
  const { client, at } = repository;
  const operation = "upsertComment";
  const { issues } = client.on(operation);
  const put = keyedComments({
    find: async (number, key) => {
      const me = await repository.me();
      const found = await client.first(
        operation,
        conversation(repository, operation, number),
        shapes.comment,
        ({ user, body }) => user.id === me.id && keyIn(body) === key,
      );
      return found && { id: found.id, text: found.body };
    },
    post: async (issue_number, body) => {
      const { data } = await issues.createComment({ ...at, issue_number, body });
      return shaped(operation, shapes.madeComment, data).id;
    },
    replace: async (id, body) => {
      await issues.updateComment({ ...at, comment_id: numberOf(operation, id), body });
    },
  });
  return (number, key, text) => put(number, key, withMarker(text, key, commentCharsMax));
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
