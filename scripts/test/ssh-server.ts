import { existsSync } from "node:fs";
import { aptInstall } from "./apt.ts";

const program = "/usr/sbin/sshd";
/** There a package that brings a server starts it, at once and at each start of the machine. */
const systemd = "/run/systemd/system";

let told = false;

/**
 * Has an sshd for the tests over ssh, by installing it in containers. On a machine of somebody's own nothing
 * is installed that would serve the network; without sshd those tests are skipped, with the reason.
 */
export function ensureSshServer(): void {
  if (told || existsSync(program)) return;
  told = true;
  const why = existsSync(systemd)
    ? "install openssh-server if you want it; it serves the network from then on"
    : aptInstall("openssh-server");
  if (why !== null) process.stdout.write(`ssh: there is no sshd: ${why}\n`);
}
