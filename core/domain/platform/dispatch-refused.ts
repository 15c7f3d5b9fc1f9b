import { runWorkflow } from "./dispatch.ts";

/** Why no further run is started, and what a person can do. */
export interface Refused {
  readonly why: string;
  readonly todo: string;
}

/** Where a run was to be started. */
export interface Asked {
  readonly connection: string;
  readonly repository: string;
  readonly branch: string;
}

/**
 * What a refusal of the platform to start a run means for people; null for what may pass by itself.
 *
 * @param kind of the port's error
 * @param message the platform's own words, with its status
 */
export function dispatchRefused(kind: string, message: string, asked: Asked): Refused | null {
  const { connection, repository, branch } = asked;
  const propose = `\`tamma repos add ${repository} --connection ${connection} --workflow\``;
  const why = `the platform starts no run of ${runWorkflow}: ${message}`;
  switch (kind) {
    case "not-found":
      return { why, todo: `${propose} proposes it; merge that into ${branch}, then \`tamma retry\`` };
    case "validation":
      return {
        why,
        todo: `take ${runWorkflow} on ${branch} as ${propose} proposes it, then \`tamma retry\``,
      };
    case "forbidden":
      return {
        why,
        todo:
          "let the connection start workflows (GitHub: permission Actions, read and write, or scope repo; " +
          "Gitea: scope write:repository), then `tamma retry`",
      };
    case "auth":
      return { why, todo: `\`tamma connections rotate ${connection}\`, then \`tamma retry\`` };
    case "unsupported":
      return { why, todo: "set `runner: serve` and start a runner, then `tamma retry`" };
    default:
      return null;
  }
}

/** The platform could not be asked in all the time that there was. */
export function dispatchUnanswered(message: string): Refused {
  return {
    why: `the platform could not be asked to start a run: ${message}`,
    todo: "see that it is up and reachable from here, then `tamma retry`",
  };
}
