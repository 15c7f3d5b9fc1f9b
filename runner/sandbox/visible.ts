import { type Dirent, existsSync, readdirSync, realpathSync } from "node:fs";
import { basename, delimiter, dirname, join, relative, sep } from "node:path";
import { certificates } from "./environment.ts";

/** Places of a system that hold programs and libraries, and nobody's data. */
const systemFolders = [
  "/usr",
  "/bin",
  "/sbin",
  "/lib",
  "/lib32",
  "/lib64",
  "/libx32",
  "/opt",
  "/nix/store",
  "/gnu/store",
  "/snap",
  "/home/linuxbrew/.linuxbrew",
  // How many processors there are: compilers and test runners ask.
  "/sys/devices/system/cpu",
];

/** Of /etc only what programs need to run, to find a host and to trust it; no accounts, keys or tokens. */
const systemFiles = [
  "alternatives",
  "ca-certificates",
  "ca-certificates.conf",
  "crypto-policies",
  "debian_version",
  "fonts",
  "host.conf",
  "hosts",
  "ld.so.cache",
  "ld.so.conf",
  "ld.so.conf.d",
  "locale.alias",
  "localtime",
  "magic",
  "mime.types",
  "nsswitch.conf",
  "os-release",
  "pki/ca-trust",
  "pki/java",
  "pki/tls/certs",
  "protocols",
  "resolv.conf",
  "services",
  "ssl/certs",
  "ssl/openssl.cnf",
  "timezone",
];
/** Settings of language runtimes, which carry a version in their names. */
const runtimeSettings = /^(java|python|php|ruby|perl|dotnet|maven|gradle|lua|erlang|R)([-.\d].*)?$/;

/** Version managers keep more than one tool below one folder, and are told by a variable where it is. */
const toolHomes: { folder: string; variable?: string }[] = [
  { folder: ".pyenv", variable: "PYENV_ROOT" },
  { folder: ".rbenv", variable: "RBENV_ROOT" },
  { folder: ".asdf", variable: "ASDF_DATA_DIR" },
  { folder: ".nvm/versions" },
  { folder: ".volta", variable: "VOLTA_HOME" },
  { folder: ".local/share/fnm" },
  { folder: ".local/share/mise", variable: "MISE_DATA_DIR" },
  { folder: ".local/share/pnpm" },
  { folder: ".local/share/uv" },
  { folder: ".local/share/pipx" },
  { folder: ".sdkman/candidates" },
  { folder: ".dotnet", variable: "DOTNET_ROOT" },
];

/** Holds credentials beside the programs: of these only the folder on the PATH is shown. */
const mixedFolders = new Set([".cargo", ".local", ".config", "go", ".npm", ".gem", ".m2", ".gradle"]);

export interface Policy {
  /** Seen by commands, read-only, each at its own path. */
  shown: string[];
  /** Not seen, even where it lies below something shown. */
  hidden: string[];
  /** PATH and the variables by which version managers find their tools. */
  env: Record<string, string>;
}

export interface PolicyInput {
  /** PATH as commands get it. */
  path: string;
  /** The home of whoever runs the runner; nothing of it is shown but tools on the PATH. */
  home: string;
  /** The Node that runs us; its file alone is shown. */
  node: string;
  /** Named by whoever runs the runner: these win over everything. */
  show: readonly string[];
  hide: readonly string[];
  env: NodeJS.ProcessEnv;
}

/** What commands may see of this machine. A repository has no say in it. */
export function visiblePolicy({ path, home, node, show, hide, env }: PolicyInput): Policy {
  const hidden = hide.map(realOr);
  const named = show.map(realOr);
  const trusted = Object.values(certificates(env));
  const all = [...systemFolders, ...etcFiles(), ...named, ...trusted];
  const shown = new Set(all.filter((one) => existsSync(one)));
  const found: Record<string, string> = {};
  const kept: string[] = [];
  for (const entry of path.split(delimiter)) {
    const isNamed = named.some((one) => isWithin(realOr(entry), one));
    // The home itself on the PATH, or a folder around it, would show all of it.
    if (!existsSync(entry) || (isWithin(realOr(home), realOr(entry)) && !isNamed)) continue;
    if (!isNamed && hidden.some((one) => isWithin(realOr(entry), one)) && entry !== dirname(node)) continue;
    kept.push(entry);
    if (entry === dirname(node)) continue;
    for (const place of placesOf(entry, home)) {
      if (hidden.some((one) => isWithin(one, place)) && place !== entry) shown.add(entry);
      else shown.add(place);
    }
  }
  for (const { folder, variable } of toolHomes)
    if (variable && shown.has(join(home, folder))) found[variable] = env[variable] ?? join(home, folder);
  Object.assign(found, rustup(kept, home, env, shown));
  for (const file of [node, realOr(node)]) shown.add(file);
  return { shown: outermost([...shown]), hidden, env: { ...found, PATH: kept.join(delimiter) } };
}

/** The folder on the PATH, and where its programs really are. */
function placesOf(entry: string, home: string): string[] {
  const places = new Set([entry, toolRoot(realOr(entry), home)]);
  for (const file of filesOf(entry)) {
    if (!file.isSymbolicLink()) continue;
    const real = realOr(join(entry, file.name));
    if (isWithin(real, home) || !isSystem(real)) places.add(toolRoot(dirname(real), home, real));
  }
  return [...places];
}

/**
 * The installation that a folder of programs belongs to: a known version manager's, or what looks like one
 * (`bin` beside `lib`). Otherwise only the folder, or for a lone link only the file.
 */
function toolRoot(folder: string, home: string, file = folder): string {
  const manager = toolHomes.find((one) => isWithin(folder, join(home, one.folder)));
  if (manager) return join(home, manager.folder);
  const root = dirname(folder);
  const isInstallation =
    ["bin", "sbin"].includes(basename(folder)) &&
    !isWithin(home, root) &&
    !mixedFolders.has(basename(root)) &&
    !existsSync(join(root, ".git")) &&
    ["lib", "libexec", "pkg", "jmods"].some((name) => existsSync(join(root, name)));
  return isInstallation ? root : file;
}

/** rustup's proxies lie in ~/.cargo/bin, the compilers elsewhere; ~/.cargo itself may hold a token. */
function rustup(
  path: readonly string[],
  home: string,
  env: NodeJS.ProcessEnv,
  shown: Set<string>,
): Record<string, string> {
  const folder = env.RUSTUP_HOME ?? join(home, ".rustup");
  const used = path.some((entry) => existsSync(join(entry, "rustup")));
  if (!used || !existsSync(folder)) return {};
  shown.add(folder);
  return { RUSTUP_HOME: folder };
}

function etcFiles(): string[] {
  const named = filesOf("/etc")
    .map((entry) => entry.name)
    .filter((name) => runtimeSettings.test(name));
  return [...systemFiles, ...named].map((name) => join("/etc", name));
}

/** What lies below another one is shown with it. Links at the root (/bin) stay, they are made anew. */
function outermost(paths: readonly string[]): string[] {
  return paths
    .filter((path) => !paths.some((other) => other !== path && isWithin(path, other)))
    .sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
}

function isSystem(path: string): boolean {
  return systemFolders.some((folder) => isWithin(path, folder));
}

/** Is `path` the folder itself, or below it? By text. */
export function isWithin(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way === "" || (way !== ".." && !way.startsWith(`..${sep}`) && !way.startsWith(sep));
}

function realOr(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function filesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}
