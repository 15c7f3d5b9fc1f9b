/**
 * The command line is fine, but what it names cannot be worked on; the message says what is missing. Exit
 * code 2.
 */
export class CannotStart extends Error {
  override readonly name = "CannotStart";
}
