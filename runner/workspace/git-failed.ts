/** What git says -> what a person can do about it. The first that fits is taken. */
const advice: [RegExp, string][] = [
  [
    /REMOTE HOST IDENTIFICATION HAS CHANGED/,
    "The host shows another key than the known one, so somebody may stand in between. Ask who runs it; if " +
      "its key is new, take the old one away (`ssh-keygen -R <host>`) and connect once by hand, as the " +
      "runner's user.",
  ],
  [
    /Host key verification failed/,
    "The host's key is not known on this machine, and only a person can compare it: connect once by hand, " +
      "as the runner's user (`ssh -T git@<host>`), look whether the fingerprint is the one that its owner " +
      "tells, then `tamma retry`.",
  ],
  [/dubious ownership/, "The repository belongs to another user: run the runner as its owner."],
  [
    /does not exist|not appear to be a git repository|Repository not found|not found$/im,
    "Look whether the repository's address is right and the runner may read it.",
  ],
  [
    /Authentication failed|could not read (Username|Password)|Permission denied|prompts disabled|403/,
    "Give the runner the right to this repository (an ssh key in its agent, or a token in the connection).",
  ],
  [
    /Could not resolve host|Connection (refused|timed out|reset)|unable to access|early EOF|hung up/i,
    "The repository's server cannot be reached; it is tried again with the next attempt.",
  ],
  [/branch is currently checked out/, "Check out another branch in that working repository, then retry."],
  [/No space left/, "Free some disk space on the runner's machine."],
];

/** Enough to see why; the rest of a long progress output helps nobody. */
const saidCharsMax = 2_000;

/** A git of ours that did not end with 0. The message says what was tried, what git said, and what to do. */
export class GitFailed extends Error {
  override readonly name = "GitFailed";
  readonly exitCode: number;
  readonly stderr: string;

  constructor(args: readonly string[], exitCode: number, stderr: string) {
    const said = withoutCredentials(stderr.trim()).slice(-saidCharsMax);
    const todo = advice.find(([shape]) => shape.test(said))?.[1] ?? "";
    const tried = withoutCredentials(args.join(" ")).slice(0, 200);
    super(`git ${tried} failed (${exitCode}): ${said}${todo && `\n${todo}`}`);
    this.exitCode = exitCode;
    this.stderr = said;
  }
}

/** Addresses without what stands before the @: `https://user:token@host/` becomes `https://***@host/`. */
export function withoutCredentials(text: string): string {
  return text.replace(/(https?:\/\/)[^\s/@]+@/gi, "$1***@");
}
