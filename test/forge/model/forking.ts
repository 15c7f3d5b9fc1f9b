import { git } from "./git.ts";
import { addRepository, type Model, repositoryNamed } from "./model.ts";
import type { Permission, Repository } from "./types.ts";

/** A copy of a repository that belongs to somebody else. */
export async function forkRepository(model: Model, name: string, owner: string): Promise<Repository> {
  const parent = repositoryNamed(model, name);
  const { defaultBranch } = parent;
  const collaborators: Record<string, Permission> = {};
  const made = { name: `${owner}/${parent.name}`, fork: parent, defaultBranch, collaborators };
  const copy = await addRepository(model, { ...made, private: parent.private });
  await git(copy.dir, ["fetch", "-q", parent.dir, "+refs/heads/*:refs/heads/*"]);
  copy.refs = new Map(parent.refs);
  return copy;
}
