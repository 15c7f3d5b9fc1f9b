import { execFileSync, spawn, spawnSync } from "node:child_process";
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { userInfo } from "node:os";
import { join } from "node:path";

/** Where systems put it; it is seldom on the PATH of people. */
const places = ["/usr/sbin/sshd", "/usr/local/sbin/sshd", "/usr/bin/sshd"];
const program = places.find((path) => existsSync(path)) ?? null;

/** Why no real ssh server can be tried here; null: it can. */
export const withoutSsh: string | null =
  program === null
    ? "there is no sshd: install openssh-server"
    : spawnSync("ssh", ["-V"]).error
      ? "there is no ssh"
      : null;

/** A real sshd on 127.0.0.1 that lets in whoever has its key. */
export interface SshServer {
  readonly port: number;
  readonly user: string;
  /** Private key that is let in. */
  readonly key: string;
  /** A file of known hosts with the server's key, and an empty one. */
  readonly known: string;
  readonly unknown: string;
  /** ssh with this key and this file of known hosts, and nothing of this machine's user. */
  command(options?: { key?: string | null; known?: string }): string;
  /** An address of a path on this machine. */
  url(path: string): string;
  /** A name that only `command` knows: for `user@name:path`. */
  readonly alias: string;
  close(): Promise<void>;
}

const readyTriesMax = 100;
const readyPauseMs = 50;

/** @param folder a folder of the test, in which everything of the server lies */
export async function startSshServer(folder: string): Promise<SshServer> {
  if (program === null) throw new Error(withoutSsh ?? "there is no sshd");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const at = (name: string) => join(folder, name);
  for (const name of ["host", "key"])
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", at(name)]);
  const port = await freePort();
  const user = userInfo().username;
  writeFileSync(at("authorized"), readFileSync(at("key.pub")), { mode: 0o600 });
  writeFileSync(at("known"), `[127.0.0.1]:${port} ${readFileSync(at("host.pub"), "utf8")}`);
  writeFileSync(at("unknown"), "");
  writeFileSync(at("sshd_config"), configOf({ at, port }));
  writeFileSync(at("ssh_config"), `Host ${alias}\n  HostName 127.0.0.1\n  Port ${port}\n`);
  // As root it leaves its rights at this door, which only the system's own start of it makes.
  if (process.getuid?.() === 0) mkdirSync("/run/sshd", { recursive: true, mode: 0o755 });
  const child = spawn(program, ["-D", "-e", "-f", at("sshd_config")], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said += text;
    appendFileSync(at("log"), text);
  });
  const ended = new Promise<void>((done) => child.once("close", () => done()));
  for (let tries = 0; !said.includes("Server listening"); tries += 1) {
    if (child.exitCode !== null || tries > readyTriesMax) throw new Error(`sshd does not listen: ${said}`);
    await new Promise((resolve) => setTimeout(resolve, readyPauseMs));
  }
  const quoted = (path: string) => `'${path.replaceAll("'", "'\\''")}'`;
  return {
    ...{ port, user, alias, key: at("key"), known: at("known"), unknown: at("unknown") },
    command: ({ key = at("key"), known = at("known") } = {}) =>
      [
        `ssh -F ${quoted(at("ssh_config"))} -o IdentitiesOnly=${key === null ? "no" : "yes"}`,
        ...(key === null ? ["-o IdentityFile=none"] : [`-i ${quoted(key)}`]),
        `-o UserKnownHostsFile=${quoted(`"${known}"`)} -o GlobalKnownHostsFile=none`,
      ].join(" "),
    url: (path) => `ssh://${user}@127.0.0.1:${port}${encodeURI(path)}`,
    close: async () => {
      child.kill("SIGTERM");
      await ended;
    },
  };
}

const alias = "code-host";

function configOf({ at, port }: { at: (name: string) => string; port: number }): string {
  return [
    ...["ListenAddress 127.0.0.1", `Port ${port}`, "PidFile none", `HostKey "${at("host")}"`],
    ...[`AuthorizedKeysFile "${at("authorized")}"`, "StrictModes no", "UsePAM no"],
    ...["PasswordAuthentication no", "KbdInteractiveAuthentication no", "PermitRootLogin prohibit-password"],
    ...["PubkeyAuthentication yes", "LogLevel VERBOSE", "PermitUserRC no", ""],
  ].join("\n");
}

/** A port that was free a moment ago; sshd takes no 0. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const address = server.address();
  await new Promise((closed) => server.close(closed));
  if (address === null || typeof address === "string") throw new Error("no port is free");
  return address.port;
}
