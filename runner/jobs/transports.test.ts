import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { jobContext } from "../testing/context.ts";
import { gitHttp } from "../testing/git-http.ts";
import { git, makeRepository, refOf, remove, temporaryFolder, write } from "../testing/repository.ts";
import { type SshServer, startSshServer, withoutSsh } from "../testing/ssh-server.ts";
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

describe.skipIf(withoutSsh !== null)(
  `over ssh${withoutSsh === null ? "" : ` (skipped: ${withoutSsh})`}`,
  () => {
    // A whole way has a dozen connections, and each has its keys to agree on.
    vi.setConfig({ testTimeout: 90_000 });
    let ssh: SshServer;
    const before = { command: process.env.GIT_SSH_COMMAND, agent: process.env.SSH_AUTH_SOCK };
    beforeEach(async () => {
      ssh = await startSshServer(join(folder, "s s h"));
      process.env.GIT_SSH_COMMAND = ssh.command();
      delete process.env.SSH_AUTH_SOCK;
    });
    afterEach(async () => {
      setOrDelete("GIT_SSH_COMMAND", before.command);
      setOrDelete("SSH_AUTH_SOCK", before.agent);
      await ssh.close();
    });

    const repository = () => ({ ...makeRepository(folder, "bare"), bare: join(folder, "bare.git") });

    test("branch, push and merge work, with a key of a file", async () => {
      const { base, bare } = repository();
      const answer = await wholeWay(ssh.url(bare), base);
      expect(answer).toEqual({ outcome: "done", sha: git(bare, "rev-parse", "main") });
      expect(git(bare, "branch", "--format=%(refname:short)")).toBe("main");
    });

    const cloned = (url: string) => cloneAt(url, { branch: "main" }, join(folder, "cloned"));

    test("an address of the form user@host:path works, with its port in ssh's own config", async () => {
      const { base, bare } = repository();
      const workspace = await cloned(`${ssh.user}@${ssh.alias}:${bare}`);
      expect((await workspace.git(["rev-parse", "HEAD"])).trim()).toBe(base);
    });

    test("a key that only the agent has lets in", async () => {
      const { base, bare } = repository();
      process.env.GIT_SSH_COMMAND = ssh.command({ key: null });
      await expect(cloned(ssh.url(bare))).rejects.toThrow(/Permission denied/);
      const agent = startAgent(ssh.key);
      try {
        process.env.SSH_AUTH_SOCK = agent.socket;
        const workspace = await cloned(ssh.url(bare));
        expect((await workspace.git(["rev-parse", "HEAD"])).trim()).toBe(base);
      } finally {
        agent.end();
      }
    });

    test("a host whose key nobody knows is refused with what to do, whatever the user says", async () => {
      const { base, bare } = repository();
      for (const loose of ["", " -o StrictHostKeyChecking=no", " -o StrictHostKeyChecking=accept-new"]) {
        process.env.GIT_SSH_COMMAND = ssh.command({ known: ssh.unknown }) + loose;
        const refused = wholeWay(ssh.url(bare), base);
        await expect(refused).rejects.toThrow(/Host key verification failed.*connect once by hand/s);
      }
      expect(readFileSync(ssh.unknown, "utf8")).toBe("");
      expect(git(bare, "branch", "--format=%(refname:short)")).toBe("main");
    });

    test("a host with another key than the known one is refused as one that may be false", async () => {
      const { base, bare } = repository();
      const other = readFileSync(`${ssh.key}.pub`, "utf8");
      writeFileSync(ssh.known, `[127.0.0.1]:${ssh.port} ${other}`);
      await expect(wholeWay(ssh.url(bare), base)).rejects.toThrow(/IDENTIFICATION HAS CHANGED.*in between/s);
    });

    test("a key that is not let in is told as a right that is missing", async () => {
      const { base, bare } = repository();
      writeFileSync(join(folder, "s s h/authorized"), "");
      await expect(wholeWay(ssh.url(bare), base)).rejects.toThrow(/Permission denied.*an ssh key/s);
    });
  },
);

function setOrDelete(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
}

/** An ssh-agent of its own with this key. */
function startAgent(key: string): { socket: string; end: () => void } {
  const said = execFileSync("ssh-agent", ["-s"], { encoding: "utf8" });
  const [socket = "", pid = ""] = [/SSH_AUTH_SOCK=([^;]+)/, /SSH_AGENT_PID=(\d+)/].map(
    (shape) => shape.exec(said)?.[1],
  );
  execFileSync("ssh-add", ["-q", key], { env: { ...process.env, SSH_AUTH_SOCK: socket } });
  return { socket, end: () => process.kill(Number(pid)) };
}
