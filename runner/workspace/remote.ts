import type { GitOptions } from "./run-git.ts";

/** A repository's address as files and process lists may show it, and what lets git log in there. */
export interface Remote {
  url: string;
  access: Pick<GitOptions, "env" | "config">;
}

/**
 * Git asks this for name and password; both come by the environment, which only this user can read. Behind
 * `!` stands a line of shell, to which git appends what it wants ("get", "store", "erase").
 */
const helper =
  '!f() { [ "$1" != get ] || ' +
  'printf "username=%s\\npassword=%s\\n" "$TAMMA_GIT_NAME" "$TAMMA_GIT_PASSWORD"; }; f';

/**
 * Takes name and password out of an http(s) address: git would write them into `.git/config`, which commands
 * of the project can read, and into the process list, which everybody on the machine can read. Other
 * addresses come back as they are.
 */
export function remoteOf(url: string): Remote {
  const login = loginOf(url);
  if (login === null) return { url, access: {} };
  return {
    url: url.replace(/^(https?:\/\/)[^/]*@/i, "$1"),
    access: {
      env: { TAMMA_GIT_NAME: login.name, TAMMA_GIT_PASSWORD: login.password },
      config: { "credential.helper": helper },
    },
  };
}

/** What of the address is secret: the password, and a name without a password, which then is a token. */
export function secretsOfAddress(url: string): string[] {
  const login = loginOf(url);
  if (login === null) return [];
  return [login.password || login.name].filter((secret) => secret !== "");
}

function loginOf(url: string): { name: string; password: string } | null {
  if (!/^https?:\/\/[^/]*@/i.test(url) || !URL.canParse(url)) return null;
  const { username, password } = new URL(url);
  return { name: plain(username), password: plain(password) };
}

function plain(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    // A percent sign that stands for itself.
    return encoded;
  }
}
