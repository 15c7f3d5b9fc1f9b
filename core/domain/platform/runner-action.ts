/**
 * The runner's action as a workflow names it, `OWNER/REPOSITORY/FOLDER@REF`, at the release that this version
 * belongs to. Null: none is published, so whoever sets a repository up has to name a commit of his own.
 */
export const publishedAction: string | null = null;

/** Where the action lies; on Gitea also with the address of the server where that is. */
const place = /^(https?:\/\/[\w.-]+(:\d+)?\/)?[\w.-]+\/[\w.-]+(\/[\w.-]+)*$/;
/** A commit is never another one; a version tag may be moved, but names what was meant. */
const commit = /^[0-9a-f]{40}$/;
const version = /^v\d+\.\d+\.\d+$/;

const form = "OWNER/REPOSITORY/runner@COMMIT";

/** What a workflow may name, or why it may not. */
export type ParsedAction =
  | { readonly action: string }
  | { readonly problem: { readonly why: string; readonly todo: string } };

/** @param given `OWNER/REPOSITORY/FOLDER@REF`; null: nobody gave one */
export function parseAction(given: string | null): ParsedAction {
  const text = given ?? publishedAction;
  if (text === null)
    return unusable(
      "no release of the runner's action is published yet, so there is nothing that the workflow could pin",
      `build it into a repository of yours, and give its commit: --action-ref ${form}; ` +
        'see "The action" in docs/runner-in-ci.md',
    );
  const at = text.lastIndexOf("@");
  const [where, pinned] = [text.slice(0, Math.max(0, at)), text.slice(at + 1)];
  if (at < 0 || !place.test(where))
    return unusable(`${text} does not say where the action is`, `give it as ${form}`);
  if (/^0+$/.test(pinned)) return unusable(`${pinned} is no commit`, "give the full SHA of a real one");
  if (!commit.test(pinned) && !version.test(pinned))
    return unusable(
      `${pinned} may be another commit tomorrow`,
      "give the full SHA of a commit (40 hex digits), or a version tag as v1.2.3",
    );
  // Git knows a commit by what is in it; what a tag means could be changed on the way.
  if (where.startsWith("http:") && !commit.test(pinned))
    return unusable(
      `over http:// ${pinned} could become another commit on the way`,
      "give the full SHA of a commit (40 hex digits), or an https:// address",
    );
  return { action: text };
}

function unusable(why: string, todo: string): ParsedAction {
  return { problem: { why, todo } };
}
