import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync } from "node:fs";
import { join } from "node:path";
import type { BlobRef } from "@tamma/core/domain/loop/evidence.ts";
import type { RepositoryRef } from "@tamma/core/domain/loop/work.ts";
import type { JobContext } from "../job-context.ts";
import { type SandboxOptions, sandboxedCommands } from "../sandbox/commands.ts";

/** A context in a new folder whose blobs stay in memory; commands, git and files are the real ones. */
export function jobContext(
  folder: string,
  repository: RepositoryRef,
  blobs = new Map<string, Uint8Array>(),
  walls: Pick<SandboxOptions, "enclosure" | "hide"> = {},
): JobContext & { logged: string[] } {
  const logged: string[] = [];
  const jobs = join(folder, "jobs");
  mkdirSync(jobs, { recursive: true });
  const own = mkdtempSync(join(jobs, "job "));
  const signal = new AbortController().signal;
  return {
    job: "local/repo/1#1~j1",
    loop: "local/repo/1#1",
    repository,
    folder: own,
    signal,
    delimiter: "k3v9x2m7q1z8w5t4",
    commands: sandboxedCommands({ job: "local/repo/1#1~j1", folder: own, signal, ...walls }),
    logged,
    log: (text) => logged.push(text),
    confirm: async () => {},
    progress: () => {},
    async putBlob(body, mediaType): Promise<BlobRef> {
      const bytes = typeof body === "string" ? Buffer.from(body) : body;
      const sha256 = createHash("sha256").update(bytes).digest("hex");
      blobs.set(sha256, bytes);
      return { sha256, size: bytes.length, mediaType };
    },
    async getBlob(ref) {
      const bytes = blobs.get(ref.sha256);
      if (!bytes) throw new Error(`no blob ${ref.sha256}`);
      return bytes;
    },
    turn: () => Promise.reject(new Error("this job asks no model")),
  };
}
