/** The part of package-lock.json (version 3) that the rules read; keys are paths below the repository. */
export type Lockfile = {
  packages: Record<string, { resolved?: string; optionalDependencies?: Record<string, string> }>;
};

/**
 * Optional packages without an entry of their own. A registry that carries a platform's binary late makes
 * npm write such a lockfile, and npm 11 then refuses `npm ci` everywhere ("Missing ... from lock file").
 */
export function missingPlatforms(lock: Lockfile): string[] {
  return Object.entries(lock.packages).flatMap(([path, entry]) =>
    Object.keys(entry.optionalDependencies ?? {})
      .filter((name) => !isInstalledFor(lock, path, name))
      .map((name) => `${path} wants ${name}`),
  );
}

/** Entries that name the registry they came from; somebody else's clone must take its own. */
export function namedRegistries(lock: Lockfile): string[] {
  return Object.entries(lock.packages)
    .filter(([, entry]) => entry.resolved?.startsWith("http"))
    .map(([path]) => path);
}

/** Whether node's lookup from `path` upwards meets `name`. */
function isInstalledFor(lock: Lockfile, path: string, name: string): boolean {
  const here = path === "" ? `node_modules/${name}` : `${path}/node_modules/${name}`;
  if (Object.hasOwn(lock.packages, here)) return true;
  if (path === "") return false;
  return isInstalledFor(
    lock,
    path.includes("/node_modules/") ? path.replace(/\/node_modules\/(?!.*\/node_modules\/).*$/, "") : "",
    name,
  );
}

/** Dependencies of a package.json that are not pinned to one version. */
export function loosePins(manifest: Record<string, Record<string, string> | undefined>): string[] {
  const all = { ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies };
  const exact = /^(npm:(@[\w-]+\/)?[\w.-]+@)?\d+\.\d+\.\d+(-[\w.]+)?$/;
  return Object.entries(all)
    .filter(([, version]) => !exact.test(version))
    .map(([name, version]) => `${name} ${version}`);
}
