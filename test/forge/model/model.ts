import { join } from "node:path";
import type { ForgeEvent } from "./events.ts";
import { branches, commitFiles, type FileChanges, initBare, moveBranch } from "./git.ts";
import { Refusal } from "./refusal.ts";
import type { MergeMethod, Permission, Repository, Token, User } from "./types.ts";

/** One forge. Names of users and repositories are found in any case, as on both platforms. */
export interface Model {
  /** Folder of the bare repositories: `<owner>/<name>.git`. */
  readonly root: string;
  readonly now: () => number;
  readonly nextId: () => number;
  readonly users: Map<string, User>;
  readonly tokens: Map<string, Token>;
  /** Of those who have one, by login in small letters. */
  readonly passwords: Map<string, string>;
  readonly repositories: Map<string, Repository>;
  readonly listeners: Set<(event: ForgeEvent) => void>;
}

/** An empty forge. */
export function createModel(root: string, now: () => number): Model {
  let last = 1000;
  return {
    ...{ root, now, nextId: () => ++last },
    ...{
      users: new Map(),
      passwords: new Map(),
      tokens: new Map(),
      repositories: new Map(),
      listeners: new Set(),
    },
  };
}

/** Tells all who listen. */
export function emit(model: Model, event: ForgeEvent): void {
  for (const listener of model.listeners) listener(event);
}

/** Makes a user, or returns the one of this login. */
export function putUser(model: Model, login: string, bot = false): User {
  const there = model.users.get(login.toLowerCase());
  if (there) return there;
  const user: User = { id: model.nextId(), login, bot, createdAt: model.now() };
  model.users.set(login.toLowerCase(), user);
  return user;
}

export interface NewToken {
  readonly user: string;
  /** Empty: none that the platform asks for. */
  readonly scopes?: readonly string[];
  /** Full names; null or absent: all. */
  readonly repositories?: readonly string[] | null;
  readonly permissions?: Readonly<Record<string, string>> | null;
  readonly expiresAt?: number | null;
  readonly installation?: number | null;
}

/** Adds a token that opens this forge alone. `value` is what is sent. */
export function addToken(model: Model, value: string, token: NewToken): Token {
  const limited = token.repositories ?? null;
  const made: Token = {
    ...{ value, user: putUser(model, token.user), scopes: token.scopes ?? [] },
    repositories: limited && new Set(limited.map((name) => repositoryNamed(model, name).id)),
    ...{ permissions: token.permissions ?? null, expiresAt: token.expiresAt ?? null },
    installation: token.installation ?? null,
  };
  model.tokens.set(value, made);
  return made;
}

/** @throws Refusal `not-found` */
export function repositoryNamed(model: Model, fullName: string): Repository {
  const repository = model.repositories.get(fullName.toLowerCase());
  if (!repository) throw new Refusal("not-found", `There is no repository ${fullName}.`);
  return repository;
}

export interface NewRepository {
  readonly name: string;
  readonly files?: FileChanges;
  readonly private?: boolean;
  readonly defaultBranch?: string;
  readonly mergeMethods?: readonly MergeMethod[];
  readonly collaborators?: Readonly<Record<string, Permission>>;
  readonly fork?: Repository | null;
}

/** Makes `owner/name` with a first commit, or an empty one when no files are given. */
export async function addRepository(model: Model, made: NewRepository): Promise<Repository> {
  const [ownerName = "", name = ""] = made.name.split("/");
  const owner = putUser(model, ownerName);
  const dir = join(model.root, owner.login, `${name}.git`);
  const branch = made.defaultBranch ?? "main";
  await initBare(dir, branch);
  if (made.files) {
    const author = personOf(owner);
    const change = { parent: null, files: made.files, message: "Begin", author };
    await moveBranch(dir, branch, await commitFiles(dir, change));
  }
  const now = model.now();
  const repository: Repository = {
    ...{ id: model.nextId(), owner, name, fullName: `${owner.login}/${name}`, dir },
    ...{ createdAt: now, pushedAt: now, private: made.private ?? false, archived: false },
    ...{ defaultBranch: branch, mergeMethods: [...(made.mergeMethods ?? ["merge", "squash", "rebase"])] },
    ...{ fork: made.fork ?? null, collaborators: new Map(), protections: new Map(), labels: [] },
    ...{ issues: new Map(), statuses: [], checkRuns: [], workflows: [], runs: [], hooks: [] },
    ...{ refs: await branches(dir), nextNumber: 1 },
  };
  for (const [login, permission] of Object.entries(made.collaborators ?? {})) {
    repository.collaborators.set(putUser(model, login).login.toLowerCase(), permission);
  }
  model.repositories.set(repository.fullName.toLowerCase(), repository);
  return repository;
}

/** What a user may do; a public repository may be read by all. */
export function permissionOf(repository: Repository, user: User | null): Permission {
  if (user === repository.owner) return "admin";
  const given = user && repository.collaborators.get(user.login.toLowerCase());
  return given || (repository.private ? "none" : "read");
}

const ranks: readonly Permission[] = ["none", "read", "write", "admin"];

/** Whether what somebody has is enough. */
export function covers(has: Permission, needed: Permission): boolean {
  return ranks.indexOf(has) >= ranks.indexOf(needed);
}

/** Name and address that a user commits with. */
export function personOf(user: User): { name: string; email: string } {
  return { name: user.login, email: `${user.login.replace("[bot]", "-bot")}@noreply.test` };
}
