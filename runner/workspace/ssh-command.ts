import { basename } from "node:path";

/**
 * Nobody sits there to answer: a question for a passphrase would hang, and one whether a host's key is the
 * right one must not be answered by a program. Of an option that is given twice ssh takes the first, so these
 * stand before the user's own.
 */
const firm = "-o BatchMode=yes -o StrictHostKeyChecking=yes";
/** A host that does not answer; whoever needs more patience gives his own. */
const patience = "-o ConnectTimeout=20";

/**
 * How git starts ssh.
 *
 * @param own the user's `GIT_SSH_COMMAND`: its key, config, jump host and file of known hosts are used. Only
 * host keys are checked whatever it says. A program of another name has options of its own, and stays as
 * it is.
 */
export function sshCommand(own: string | undefined): string {
  if (own === undefined || own.trim() === "") return `ssh ${firm} ${patience}`;
  const [, program = "", rest = ""] = /^\s*((?:"[^"]*"|'[^']*'|\\.|[^\s"'\\])+)(.*)$/s.exec(own) ?? [];
  if (basename(program.replace(/["'\\]/g, "")) !== "ssh") return own;
  return [program, firm, rest.trim(), patience].filter((part) => part !== "").join(" ");
}
