import type { Sha } from "@tamma/core/domain/ids.ts";
import type { Workspace } from "../workspace/git.ts";
import { GitFailed } from "../workspace/git-failed.ts";

/** A job looks at the base, at the change, and at one or two trees between them. */
const treesKeptMax = 4;
/** What is read again and again is small: settings, lockfiles, tests. */
const keptBytesMax = 1_000_000;
/** Files of one process; what they hold together has to stay below the output that git may have. */
const aheadMax = 50;

/** Blobs by path; null: a submodule, which is another repository's commit. */
type Listing = ReadonlyMap<string, Sha | null>;

/**
 * What git's store holds under a path of a tree, with as few git processes as it takes: one for each tree's
 * list, one for each content. Names of trees and blobs are hashes of what they hold, so nothing that was read
 * once can be out of date.
 */
export class BlobReader {
  readonly #workspace: Workspace;
  readonly #listings = new Map<Sha, Promise<Listing>>();
  readonly #contents = new Map<Sha, Promise<Uint8Array>>();

  constructor(workspace: Workspace) {
    this.#workspace = workspace;
  }

  /** All that `tree` (a tree or a commit) holds, links too. */
  list(tree: Sha): Promise<Listing> {
    const kept = this.#listings.get(tree) ?? this.#list(tree);
    // The one that was asked for last is dropped last.
    this.#listings.delete(tree);
    this.#listings.set(tree, kept);
    const [oldest] = this.#listings.keys();
    if (oldest !== undefined && this.#listings.size > treesKeptMax) this.#listings.delete(oldest);
    kept.catch(() => this.#listings.delete(tree));
    return kept;
  }

  /** The bytes under `path`; null where `tree` has no file. */
  async bytes(tree: Sha, path: string): Promise<Uint8Array | null> {
    const blob = (await this.list(tree)).get(path) ?? null;
    if (blob === null) return null;
    const kept = this.#contents.get(blob) ?? this.#read(blob);
    this.#contents.set(blob, kept);
    const forget = () => this.#contents.delete(blob);
    kept.then((body) => body.byteLength > keptBytesMax && forget(), forget);
    return kept;
  }

  /** Reads these files by one process, so that they are there when they are asked for one by one. */
  async readAhead(tree: Sha, paths: readonly string[]): Promise<void> {
    const listing = await this.list(tree);
    const blobs = new Set(paths.map((path) => listing.get(path) ?? null));
    const missing = [...blobs].filter((blob): blob is Sha => blob !== null && !this.#contents.has(blob));
    for (let at = 0; at < missing.length; at += aheadMax) {
      const some = missing.slice(at, at + aheadMax);
      const steps = some.map((blob) => ["cat-file", "blob", blob]);
      // Too much at once, or whatever it is: each file is asked for again by itself, and says it then.
      const bodies = await this.#workspace.attempts(steps).catch(() => []);
      for (const [i, blob] of some.entries()) {
        const body = bodies[i];
        if (body?.exitCode === 0 && body.stdout.length <= keptBytesMax)
          // A copy, so that one small file does not keep the output of all of them.
          this.#contents.set(blob, Promise.resolve(new Uint8Array(body.stdout)));
      }
    }
  }

  async #list(tree: Sha): Promise<Listing> {
    const lines = (await this.#workspace.git(["ls-tree", "-r", "-z", "--full-tree", tree])).split("\0");
    return new Map(
      lines.filter(Boolean).map((line): [string, Sha | null] => {
        const tab = line.indexOf("\t");
        const [, type, sha] = line.slice(0, tab).split(" ");
        return [line.slice(tab + 1), type === "blob" && sha ? sha : null];
      }),
    );
  }

  async #read(blob: Sha): Promise<Uint8Array> {
    const args = ["cat-file", "blob", blob];
    const { exitCode, stdout, stderr } = await this.#workspace.attempt(args);
    if (exitCode !== 0) throw new GitFailed(args, exitCode, stderr);
    return stdout;
  }
}
