import { devNull } from "node:os";
import { delimiter, isAbsolute } from "node:path";
import { sshCommand } from "./ssh-command.ts";

/** What git itself needs of ours: where programs are, who logs in by ssh, how the network is reached. */
const passedOn = [
  "PATH",
  "HOME",
  "USER",
  "LOGNAME",
  "TMPDIR",
  "SSH_AUTH_SOCK",
  "GIT_SSH_VARIANT",
  "http_proxy",
  "https_proxy",
  "HTTPS_PROXY",
  "no_proxy",
  "NO_PROXY",
  "ALL_PROXY",
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
  "GIT_SSL_CAINFO",
];

/** A transfer slower than this for a minute is dead: git waits for ever otherwise. */
const slowBytesPerSecond = 500;
const slowForSeconds = 60;

/**
 * Settings that win over every config file. Each shuts a door through which a repository could run code of
 * its choice, or makes git's answer independent of the machine.
 */
const settings: Record<string, string> = {
  "core.hooksPath": devNull,
  "core.fsmonitor": "false",
  "core.attributesFile": devNull,
  "core.excludesFile": devNull,
  "core.quotePath": "false",
  "core.autocrlf": "false",
  "core.symlinks": "true",
  // A list of what is known to move data only: `ext::` runs a program, and so may a helper of a later git.
  "protocol.allow": "never",
  "protocol.file.allow": "always",
  "protocol.git.allow": "always",
  "protocol.http.allow": "always",
  "protocol.https.allow": "always",
  "protocol.ssh.allow": "always",
  "submodule.recurse": "false",
  "fetch.recurseSubmodules": "false",
  "commit.gpgSign": "false",
  "push.gpgSign": "false",
  "gc.auto": "0",
  "maintenance.auto": "false",
  "init.defaultBranch": "main",
  "advice.detachedHead": "false",
  "http.lowSpeedLimit": String(slowBytesPerSecond),
  "http.lowSpeedTime": String(slowForSeconds),
};

/**
 * The environment of every git that Tamma itself starts: no config of the system or the user, no prompt, no
 * hooks, messages in English, and "Tamma" as author. Commands of the project never run in it. `more`: further
 * settings of this one call.
 */
export function gitEnvironment(
  own: NodeJS.ProcessEnv = process.env,
  more: Record<string, string> = {},
): Record<string, string> {
  const env: Record<string, string> = {};
  for (const name of passedOn) {
    const value = own[name];
    if (value !== undefined) env[name] = value;
  }
  // Git runs in the workspace, where a relative or empty entry would find the project's own `git`.
  if (env.PATH !== undefined)
    env.PATH = env.PATH.split(delimiter)
      .filter((entry) => isAbsolute(entry))
      .join(delimiter);
  Object.assign(env, configInEnvironment(Object.entries({ ...settings, ...more })));
  return {
    ...env,
    GIT_SSH_COMMAND: sshCommand(own.GIT_SSH_COMMAND),
    LC_ALL: "C",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: devNull,
    GIT_ATTR_NOSYSTEM: "1",
    GIT_TERMINAL_PROMPT: "0",
    GIT_ASKPASS: "",
    SSH_ASKPASS: "",
    GIT_PAGER: "cat",
    // A replace ref would show other content under a commit's id than the one that is pushed.
    GIT_NO_REPLACE_OBJECTS: "1",
    GIT_AUTHOR_NAME: "Tamma",
    GIT_AUTHOR_EMAIL: "tamma@localhost",
    GIT_COMMITTER_NAME: "Tamma",
    GIT_COMMITTER_EMAIL: "tamma@localhost",
  };
}

function configInEnvironment(pairs: [key: string, value: string][]): Record<string, string> {
  const env: Record<string, string> = { GIT_CONFIG_COUNT: String(pairs.length) };
  pairs.forEach(([key, value], index) => {
    env[`GIT_CONFIG_KEY_${index}`] = key;
    env[`GIT_CONFIG_VALUE_${index}`] = value;
  });
  return env;
}
