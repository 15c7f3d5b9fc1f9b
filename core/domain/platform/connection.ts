/** The connection of everything that is only a Git remote. */
export const plainGitConnection = "plain-git";
