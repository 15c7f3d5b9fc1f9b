import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { genesisHash } from "@tamma/core/domain/audit/chain.ts";
import type { Envelope } from "@tamma/core/domain/loop/events.ts";
import { shapedAt } from "@tamma/core/domain/upcast.ts";
import type { Folded } from "./folded.ts";
import { type Kind, kinds } from "./kinds.ts";

/** The histories that are kept: `fixtures/<kind>/<name>.v<version>.jsonl`, and `.folded.json` beside each. */

const root = resolve(import.meta.dirname, "../..");

export interface KeptHistory {
  kind: Kind;
  name: string;
  version: number;
  /** From the root of the repository. */
  path: string;
}

const folderOf = (kind: Kind) => `test/golden/fixtures/${kind.name}`;

export function keptHistories(): KeptHistory[] {
  return kinds.flatMap((kind) => {
    const folder = join(root, folderOf(kind));
    const files = existsSync(folder) ? readdirSync(folder).sort() : [];
    return files.flatMap((file) => {
      const [, name, version] = /^(.+)\.v(\d+)\.jsonl$/.exec(file) ?? [];
      if (name === undefined) return [];
      return [{ kind, name, version: Number(version), path: `${folderOf(kind)}/${file}` }];
    });
  });
}

/** The version at which the youngest shape among these events was new: an older history does not show it. */
export function neededVersion(kind: Kind, envelopes: readonly Envelope[]): number {
  return Math.max(...envelopes.map(({ type }) => shapedAt(kind.upcasts, type)));
}

/** What all events of a history share; the hash of the event before stands in the line before. */
type Shared = Pick<Envelope, "stream" | "correlationId" | "version">;
type Line = Omit<Envelope, keyof Shared | "prevHash">;

export function historyText(envelopes: readonly Envelope[]): string {
  const [first] = envelopes;
  if (!first) throw new Error("a history has events");
  const { stream, correlationId, version } = first;
  const shared: Shared = { stream, correlationId, version };
  const lines = envelopes.map(({ seq, at, type, actor, causationId, payload, id, hash }): Line => {
    return { seq, at, type, actor, causationId, payload, id, hash };
  });
  return `${[shared, ...lines].map((line) => JSON.stringify(line)).join("\n")}\n`;
}

export function envelopesOf(text: string): Envelope[] {
  const [first = "", ...lines] = text.trimEnd().split("\n");
  const shared = JSON.parse(first) as Shared;
  let prevHash = genesisHash;
  return lines.map((line) => {
    const envelope: Envelope = { ...shared, ...(JSON.parse(line) as Line), prevHash };
    prevHash = envelope.hash;
    return envelope;
  });
}

export function readHistory({ path }: KeptHistory): Envelope[] {
  return envelopesOf(readFileSync(join(root, path), "utf8"));
}

/** Null when nothing is kept beside the history. */
export function readFolded(history: KeptHistory): Folded | null {
  const path = join(root, foldedPath(history));
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as Folded) : null;
}

/** Writes a history that is not there yet. */
export function writeHistory(kind: Kind, name: string, envelopes: readonly Envelope[]): KeptHistory {
  const version = envelopes[0]?.version ?? 1;
  const path = `${folderOf(kind)}/${name}.v${version}.jsonl`;
  mkdirSync(join(root, folderOf(kind)), { recursive: true });
  writeFileSync(join(root, path), historyText(envelopes), { flag: "wx" });
  return { kind, name, version, path };
}

/** Each part is a line of its own, each line of the story too: a difference is read at once. */
export function writeFolded(history: KeptHistory, folded: Folded): void {
  const parts = Object.entries(folded).map(([name, value]) => {
    const text = Array.isArray(value)
      ? `[\n${value.map((one) => `  ${JSON.stringify(one)}`).join(",\n")}\n]`
      : JSON.stringify(value);
    return `${JSON.stringify(name)}: ${text}`;
  });
  writeFileSync(join(root, foldedPath(history)), `{\n${parts.join(",\n")}\n}\n`);
}

export const foldedPath = ({ path }: Pick<KeptHistory, "path">) =>
  join("test/golden/fixtures", basename(join(path, "..")), `${basename(path, ".jsonl")}.folded.json`);
