import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { jobContext } from "../testing/context.ts";
import { gitHttp } from "../testing/git-http.ts";
import { git, makeRepository, refOf, remove, temporaryFolder, write } from "../testing/repository.ts";
import { cloneAt } from "../workspace/clone.ts";
import { patchOf } from "../workspace/patch.ts";
import { mergeJob } from "./merge.ts";
import { openJob } from "./open.ts";
import { publishJob } from "./publish.ts";

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => remove(folder));

/** From the branch to the merge, over the address `url` of the bare repository in `folder`. */
async function wholeWay(url: string, base: string) {
  const blobs = new Map<string, Uint8Array>();
  const branch = "tamma/1-x";
  const context = () => jobContext(folder, refOf(url), blobs);
  const opened = await openJob({ kind: "open", branch, from: "main", message: "Start" }, context());
  if (opened.outcome !== "done") throw new Error(JSON.stringify(opened));
  const own = context();
  const workspace = await cloneAt(url, { sha: base }, join(own.folder, "w"));
  write(workspace.path, { "a.txt": "new\n" });
  const patch = await patchOf(workspace, base, { putBlob: own.putBlob });
  const publish = { kind: "publish", branch, expectedHead: opened.head, patch, secondParent: null } as const;
  const published = await publishJob({ ...publish, message: "Fix" }, context());
  if (published.outcome !== "done") throw new Error(JSON.stringify(published));
  const merge = { kind: "merge", branch, head: published.sha, into: "main", expectedBase: base } as const;
  return mergeJob({ ...merge, method: "merge", message: "Merge" }, context());
}

test("branch, push and merge work over HTTP", async () => {
  const { base } = makeRepository(folder, "bare");
  const bare = join(folder, "bare.git");
  git(bare, "config", "http.receivepack", "true");
  const server = await gitHttp(folder);
  try {
    const answer = await wholeWay(`${server.url}/bare.git`, base);
    expect(answer).toEqual({ outcome: "done", sha: git(bare, "rev-parse", "main") });
    expect(git(bare, "branch", "--format=%(refname:short)")).toBe("main");
    await expect(wholeWay(`${server.url}/none.git`, base)).rejects.toThrow(/address is right/);
  } finally {
    await server.close();
  }
});

test("branch, push and merge work over ssh", async () => {
  const { base } = makeRepository(folder, "bare");
  const bare = join(folder, "bare.git");
  // Stands in for the ssh program: drops options and host, and runs the rest here, as the far side would.
  const ssh =
    '#!/bin/sh\nwhile case "$1" in -*) ;; *) false ;; esac; do [ "$1" = -o ] && shift; shift; done\n' +
    'shift\nexec sh -c "$*"\n';
  write(folder, { ssh: { executable: ssh } });
  const before = process.env.GIT_SSH_COMMAND;
  process.env.GIT_SSH_COMMAND = `"${join(folder, "ssh")}"`;
  try {
    const answer = await wholeWay(`ssh://git@host${encodeURI(bare)}`, base);
    expect(answer).toEqual({ outcome: "done", sha: git(bare, "rev-parse", "main") });
  } finally {
    if (before === undefined) delete process.env.GIT_SSH_COMMAND;
    else process.env.GIT_SSH_COMMAND = before;
  }
});
