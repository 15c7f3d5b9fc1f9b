import { createHash } from "node:crypto";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  globSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { z } from "zod";

/**
 * A copy of a state folder that can be made while a server runs on it. A plain copy cannot: each database is
 * two files that change together, and the newest writes are in the second one. The copy is itself a state
 * folder, so restoring is copying back.
 */
export interface BackupReport {
  files: number;
  bytes: number;
}

/** What cannot be done as it was asked; the message says what to do. Nothing was changed. */
export class BackupRefused extends Error {
  override readonly name = "BackupRefused";
}

/** Written last: a folder without it is no whole backup. A server that finds it knows where it comes from. */
const manifestName = "backup.json";
const Manifest = z.object({
  version: z.literal(1),
  at: z.string(),
  /** Path below the folder to SHA-256 of the file. */
  files: z.record(z.string(), z.string()),
});

/**
 * Databases in the order in which they are copied. D1 comes first: it may be behind the objects, never ahead
 * of them. R2 comes after the objects: a body is put there before the event that names it. The account names
 * the repositories, and those name the loops.
 */
const databases = [
  "d1/**/*.sqlite",
  "do/*AccountHub/*.sqlite",
  "do/*RepoCoordinator/*.sqlite",
  "do/*IssueLoop/*.sqlite",
  "r2/**/*.sqlite",
];
/** Bodies in R2: each lies in a file of its own that is never changed. */
const bodies = ["r2/**/blobs/**"];
/** Without the key nothing of it can be read; the runner's key spares enrolling it again. */
const secrets = ["token", "master.key", "runner.key", "runner.key.json", "schema.json"];

/** A body may be replaced by the same one in another file while we copy; then the next look is whole. */
const bodyTriesMax = 3;

/**
 * Copies the state folder to `to`, which must be new or empty.
 *
 * @throws BackupRefused when the folders do not fit; any other error leaves an unfinished folder behind,
 * which no restore takes
 */
export function backUp(state: string, to: string): BackupReport {
  if (!existsSync(join(state, "master.key")) || globSync("do/**/*.sqlite", { cwd: state }).length === 0)
    throw new BackupRefused(`${state} is no state folder with anything in it; name one with --state`);
  if (!relative(state, resolve(to)).startsWith(".."))
    throw new BackupRefused(`${to} lies in the state folder itself; name a place outside of it with --to`);
  refuseUsed(to, "--to");
  mkdirSync(to, { recursive: true, mode: 0o700 });
  chmodSync(to, 0o700);

  const copied: string[] = [];
  for (const pattern of databases)
    for (const file of listed(state, [pattern])) {
      copyDatabase(join(state, file), join(to, file));
      copied.push(file);
    }
  copied.push(...copyBodies(state, to));
  for (const file of secrets.filter((name) => existsSync(join(state, name)))) {
    copyOne(join(state, file), join(to, file));
    copied.push(file);
  }
  const files = Object.fromEntries(copied.map((file) => [file, sha256Of(join(to, file))]));
  const manifest = { version: 1, at: new Date().toISOString(), files };
  writeFileSync(join(to, manifestName), `${JSON.stringify(manifest, null, 1)}\n`, { mode: 0o600 });
  const bytes = copied.reduce((sum, file) => sum + readFileSync(join(to, file)).byteLength, 0);
  return { files: copied.length, bytes };
}

/**
 * Makes a state folder of a backup. The backup stays as it is.
 *
 * @throws BackupRefused when the backup is not whole, or `state` is in use
 */
export function restore(from: string, state: string): BackupReport {
  const manifest = readManifest(from);
  refuseUsed(state, "--state");
  const names = Object.keys(manifest.files);
  for (const file of names)
    if (!existsSync(join(from, file)) || sha256Of(join(from, file)) !== manifest.files[file])
      throw new BackupRefused(
        `${join(from, file)} is missing or not what was backed up; take another backup`,
      );
  mkdirSync(state, { recursive: true, mode: 0o700 });
  let bytes = 0;
  for (const file of [...names, manifestName]) {
    copyOne(join(from, file), join(state, file));
    bytes += readFileSync(join(from, file)).byteLength;
  }
  return { files: names.length, bytes };
}

/** Does this state folder come out of a backup, and has no server resumed on it since? */
export function isRestored(state: string): boolean {
  return existsSync(join(state, manifestName));
}

/** What a restore has to set right is done. */
export function endRestore(state: string): void {
  renameSync(join(state, manifestName), join(state, "restored.json"));
}

function readManifest(from: string): z.infer<typeof Manifest> {
  const file = join(from, manifestName);
  if (!existsSync(file))
    throw new BackupRefused(`${from} has no ${manifestName}: it is no backup, or one that was cut off`);
  const read = Manifest.safeParse(JSON.parse(readFileSync(file, "utf8")));
  if (!read.success) throw new BackupRefused(`${file} is not of this version of Tamma; update this copy`);
  return read.data;
}

function refuseUsed(folder: string, option: string): void {
  if (existsSync(folder) && readdirSync(folder).length > 0)
    throw new BackupRefused(`${folder} is not empty; name a new folder with ${option}`);
}

/** In one read transaction, whatever a server writes meanwhile; what is in the -wal file comes along. */
function copyDatabase(from: string, to: string): void {
  makeFolder(dirname(to));
  const database = new DatabaseSync(from, { readOnly: true });
  try {
    database.prepare("VACUUM INTO ?").run(to);
  } finally {
    database.close();
  }
  chmodSync(to, 0o600);
}

/** @returns what was copied; all that the copied index of R2 names */
function copyBodies(state: string, to: string): string[] {
  for (let tries = 1; ; tries += 1) {
    const files = listed(state, bodies);
    for (const file of files)
      if (existsSync(join(state, file)) && !existsSync(join(to, file)))
        copyOne(join(state, file), join(to, file));
    const missing = namedBodies(to).filter((id) => !files.some((file) => file.endsWith(id)));
    if (missing.length === 0) return files.filter((file) => existsSync(join(to, file)));
    if (tries === bodyTriesMax)
      throw new Error(`${missing.length} bodies of R2 are named and not there, ${missing[0]} first`);
    for (const file of listed(state, ["r2/**/*.sqlite"])) {
      rmSync(join(to, file));
      copyDatabase(join(state, file), join(to, file));
    }
  }
}

function namedBodies(to: string): string[] {
  return listed(to, ["r2/**/*.sqlite"]).flatMap((file) => {
    const database = new DatabaseSync(join(to, file), { readOnly: true });
    try {
      const known = database.prepare("SELECT 1 FROM sqlite_master WHERE name = '_mf_objects'").get();
      if (known === undefined) return [];
      const rows = database.prepare("SELECT blob_id FROM _mf_objects WHERE blob_id IS NOT NULL").all();
      return rows.map((row) => String(row.blob_id));
    } finally {
      database.close();
    }
  });
}

function copyOne(from: string, to: string): void {
  makeFolder(dirname(to));
  copyFileSync(from, to);
  chmodSync(to, 0o600);
}

function makeFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
}

function listed(folder: string, patterns: string[]): string[] {
  return globSync(patterns, { cwd: folder, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}

function sha256Of(file: string): string {
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}
