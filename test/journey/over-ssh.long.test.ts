import { execFileSync } from "node:child_process";
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type SshServer, startSshServer, withoutSsh } from "../../runner/testing/ssh-server.ts";
import { calcRepository, calcScript, git, title } from "./calc.ts";
import { projectNode, root } from "./processes.ts";
import { openStage } from "./stage.ts";

/** A whole loop on a repository that is reached by ssh alone: a real sshd, and a key that it lets in. */

const folder = mkdtempSync(join(tmpdir(), "over-ssh-"));
const bare = join(folder, "calc.git");
const why = withoutSsh === null ? "" : ` (skipped: ${withoutSsh})`;
let ssh: SshServer | null = null;
beforeAll(async () => {
  calcRepository(join(folder, "mine"));
  execFileSync("git", ["clone", "--quiet", "--bare", join(folder, "mine"), bare]);
  if (withoutSsh === null) ssh = await startSshServer(join(folder, "ssh"));
});
afterAll(async () => {
  await ssh?.close();
  rmSync(folder, { recursive: true, force: true });
});

test.skipIf(withoutSsh !== null)(
  `a loop goes to its merge over ssh, after a person made the host known${why}`,
  async () => {
    const server = ssh ?? expect.fail("there is no ssh server");
    // The runner's user has never been at this host; the person at the command line has.
    const command = server.command({ known: server.unknown });
    await using stage = await openStage({
      script: calcScript(),
      repository: (at) => mkdirSync(at),
      runnerEnv: { GIT_SSH_COMMAND: command },
    });
    const url = server.url(bare);
    const tamma = (key: string, ...args: string[]) =>
      execFileSync(projectNode, ["cli/main.ts", "--state", stage.state, ...args], {
        ...{ cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] },
        env: { ...process.env, GIT_SSH_COMMAND: key },
      });
    const unknown = `${command} -o BatchMode=yes`;
    expect(() => tamma(unknown, "repos", "add", url)).toThrow(
      /Host key verification failed[\s\S]*connect once by hand/,
    );
    const added = JSON.parse(tamma(server.command(), "--json", "repos", "add", url)) as { id: string };
    const issue = await stage.call<{ number: number }>("POST", `/api/v1/repositories/${added.id}/issues`, {
      ...{ title, body: "We need it." },
    });
    const start = { repository: added.id, issue: issue.number };
    const { loop } = await stage.call<{ loop: string }>("POST", "/api/v1/loops", start);

    const stuck = await stage.until(loop, ({ word }) => word === "escalated");
    expect(JSON.stringify(stuck)).toMatch(/Host key verification failed.*connect once by hand/);
    expect(git(bare, "branch", "--format=%(refname:short)")).toBe("main");

    appendFileSync(server.unknown, readFileSync(server.known));
    if (stuck.ask?.kind !== "escalation") return expect.fail(`it asks ${stuck.ask?.kind}`);
    const escalation = encodeURIComponent(stuck.ask.card.escalation);
    const path = `/api/v1/loops/${encodeURIComponent(loop)}/escalations/${escalation}`;
    await stage.call("POST", path, { choice: "retry", text: "the host is known now" });
    const end = await stage.approveAll(loop);
    expect(end.word).toBe("merged");
    expect(git(bare, "rev-parse", "main")).toBe(end.mergeSha);
    expect(git(bare, "show", "main:src/calc.js")).toContain("a * b");
    expect(git(bare, "branch", "--format=%(refname:short)")).toBe("main");
  },
  // Each job connects a dozen times, and each connection agrees on its keys.
  300_000,
);
