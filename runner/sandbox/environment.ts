import { accessSync, constants } from "node:fs";
import { delimiter, dirname, isAbsolute, join, resolve } from "node:path";

/** All that a command of the project sees of the runner's environment. No token, no key, no agent socket. */
const passedOn = ["LANG", "LC_ALL", "LC_CTYPE", "TZ", "JAVA_HOME", "GOROOT", "RUSTUP_HOME", "DOTNET_ROOT"];

/** Where a company's own certificates lie; paths of files, which a sandbox has to show. */
const certificateVariables = [
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
  "NODE_EXTRA_CA_CERTS",
  "REQUESTS_CA_BUNDLE",
  "CURL_CA_BUNDLE",
  "PIP_CERT",
  "CARGO_HTTP_CAINFO",
  "GIT_SSL_CAINFO",
];
const proxyVariables = [
  "http_proxy",
  "https_proxy",
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "ALL_PROXY",
  "no_proxy",
  "NO_PROXY",
];

/** Certificates that the runner's user trusts besides the system's. */
export function certificates(own: NodeJS.ProcessEnv): Record<string, string> {
  return named(own, certificateVariables, (value) => isAbsolute(value));
}

/** How a command that may use the network reaches it. A proxy with a password in it is not given away. */
export function proxies(own: NodeJS.ProcessEnv): Record<string, string> {
  return named(own, proxyVariables, (value) => !value.includes("@"));
}

function named(own: NodeJS.ProcessEnv, names: readonly string[], fits: (value: string) => boolean) {
  const entries = names.map((name): [string, string] => [name, own[name] ?? ""]);
  return Object.fromEntries(entries.filter(([, value]) => value !== "" && fits(value)));
}

/**
 * The cleaned environment of a command. HOME and TMPDIR are the job's own, so that caches, dotfiles and
 * credentials of the person who runs the runner are neither read nor changed.
 */
export function cleanEnvironment(
  own: NodeJS.ProcessEnv,
  folders: { home: string; temp: string },
): Record<string, string> {
  const env: Record<string, string> = {
    PATH: toolsPath(own.PATH ?? "/usr/local/bin:/usr/bin:/bin"),
    TERM: "dumb",
    CI: "true",
    HOME: folders.home,
    TMPDIR: folders.temp,
    // git in the project's own scripts: no prompt, no system config.
    GIT_TERMINAL_PROMPT: "0",
    GIT_CONFIG_NOSYSTEM: "1",
  };
  Object.assign(env, certificates(own));
  for (const name of passedOn) if (own[name] !== undefined) env[name] = own[name];
  env.LANG ??= "C.UTF-8";
  return env;
}

/**
 * `npm start` puts our own node_modules/.bin first; a project must meet its own tools, not ours. The Node
 * that runs us comes last, so that there is one at all.
 */
export function toolsPath(path: string): string {
  const ours = /(^|[\\/])node_modules([\\/]|$)/;
  const kept = path.split(delimiter).filter((entry) => isAbsolute(entry) && !ours.test(entry));
  return [...kept, dirname(process.execPath)].join(delimiter);
}

/** Where `program` is found, or null. With a slash it is taken from `cwd`, as a shell does. */
export function findProgram(program: string, env: Record<string, string>, cwd: string): string | null {
  const places = program.includes("/") ? [cwd] : (env.PATH ?? "").split(delimiter);
  for (const place of places) {
    const file = program.includes("/") ? resolve(place, program) : join(place, program);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // Not here.
    }
  }
  return null;
}
