import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { git, tryGit } from "../../forge/model/git.ts";

/** A working copy from which people push, as they do at home. */
export interface WorkingCopy {
  /** One commit on a branch, which begins at `main` when it is new; the commit. */
  push(branch: string, files: Readonly<Record<string, string>>, author: string): Promise<string>;
}

/**
 * A clone of `url` in the new folder `folder`.
 *
 * @param login what lets git in over HTTP; in the environment, where no list of processes shows it
 */
export function workingCopy(
  url: string,
  folder: string,
  main: string,
  login: { username: string; password: string } | null = null,
): WorkingCopy {
  const basic = login && Buffer.from(`${login.username}:${login.password}`).toString("base64");
  const env: Record<string, string> =
    basic === null
      ? {}
      : {
          GIT_CONFIG_COUNT: "1",
          GIT_CONFIG_KEY_0: "http.extraHeader",
          GIT_CONFIG_VALUE_0: `Authorization: Basic ${basic}`,
        };
  const run = async (...args: string[]) => (await git(folder, args, { env })).toString().trim();
  const branchAt = async (name: string) => {
    const { code, out } = await tryGit(folder, [
      "rev-parse",
      "--verify",
      "-q",
      `refs/remotes/origin/${name}`,
    ]);
    return code === 0 ? out.toString().trim() : null;
  };
  const open = async () => {
    await mkdir(folder, { recursive: true });
    await run("init", "-q");
    await run("remote", "add", "origin", url);
  };
  let opened: Promise<void> | null = null;
  return {
    async push(branch, files, author) {
      opened ??= open();
      await opened;
      await run("fetch", "-q", "--prune", "origin");
      const from = (await branchAt(branch)) ?? (await branchAt(main));
      if (from === null) await run("checkout", "-q", "--orphan", branch);
      else await run("checkout", "-q", "-f", "-B", "work", from);
      for (const [path, text] of Object.entries(files)) {
        await mkdir(dirname(join(folder, path)), { recursive: true });
        await rm(join(folder, path), { force: true });
        await writeFile(join(folder, path), text);
      }
      await run("add", "-A");
      const who = { GIT_AUTHOR_NAME: author, GIT_COMMITTER_NAME: author };
      await git(folder, ["commit", "-q", "--allow-empty", "-m", "Change"], { env: { ...env, ...who } });
      const sha = await run("rev-parse", "HEAD");
      await run("push", "-q", "origin", `${sha}:refs/heads/${branch}`);
      return sha;
    },
  };
}
