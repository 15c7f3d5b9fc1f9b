import { PlatformError } from "../../ports/platform.ts";
import { orNull, shaped } from "./answers.ts";
import type { GithubRepository } from "./repository.ts";
import * as shapes from "./shapes.ts";

/** Text that a model could read has far less. */
export const fileBytesMax = 10_000_000;

const operation = "file";

/**
 * Text of a file; null when there is none, also for a folder. Above one megabyte GitHub leaves the content
 * out, and it is read as a blob. Source: GitHub Docs, "Get repository content".
 *
 * @throws PlatformError `validation` above `fileBytesMax`
 */
export async function fileAt(
  { client, at }: GithubRepository,
  path: string,
  ref: string,
): Promise<string | null> {
  const { repos, git } = client.on(operation);
  const answer = await orNull(repos.getContent({ ...at, path, ref }));
  // A folder is answered as the list of what is in it.
  if (answer === null || Array.isArray(answer.data)) return null;
  const { type, size, sha, content = "", encoding } = shaped(operation, shapes.file, answer.data);
  if (type !== "file") return null;
  if (size > fileBytesMax) {
    const message = `${path} has ${size} bytes, which is more than ${fileBytesMax}`;
    throw new PlatformError({ kind: "validation", operation, message });
  }
  if (encoding === "base64") return textOf(content);
  const { data } = await git.getBlob({ ...at, file_sha: sha });
  return textOf(shaped(operation, shapes.blob, data).content);
}

function textOf(base64: string): string {
  try {
    const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
    return new TextDecoder("utf-8", { fatal: false, ignoreBOM: true }).decode(bytes);
  } catch {
    const message = "not what the platform documents: the content is no base64";
    throw new PlatformError({ kind: "transient", operation, message });
  }
}
