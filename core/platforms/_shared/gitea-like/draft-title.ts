/**
 * The prefixes that make a pull request a draft in a fresh installation, in any case. An administrator may
 * choose others (`WORK_IN_PROGRESS_PREFIXES`). Source: Gitea's documentation, "Pull Request".
 */
const draftPrefix = /^\s*(?:WIP:|\[WIP\])\s*/i;

export function isDraftTitle(title: string): boolean {
  return draftPrefix.test(title);
}

/** The title without any of the prefixes; one that holds nothing else stays as it is. */
export function bareTitle(title: string): string {
  let bare = title;
  while (draftPrefix.test(bare)) bare = bare.replace(draftPrefix, "");
  return bare.trim() === "" ? title : bare;
}

/** The title as it has to be for a draft, or for none. Setting what is set already changes nothing. */
export function draftTitle(title: string, draft: boolean): string {
  if (draft === isDraftTitle(title)) return title;
  return draft ? `WIP: ${title}` : bareTitle(title);
}
