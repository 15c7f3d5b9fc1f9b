/** The repository cannot be worked on as it is; the message says what to do first. */
export class RepositoryUnusable extends Error {
  override readonly name = "RepositoryUnusable";
}
