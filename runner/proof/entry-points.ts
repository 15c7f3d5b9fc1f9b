import { z } from "zod";
import { isJavaScript } from "./comment-free.ts";

const PackageJson = z.looseObject({
  main: z.string().optional().catch(undefined),
  module: z.string().optional().catch(undefined),
  types: z.string().optional().catch(undefined),
  typings: z.string().optional().catch(undefined),
  bin: z
    .union([z.string(), z.record(z.string(), z.string())])
    .optional()
    .catch(undefined),
  exports: z.unknown().optional(),
});

/** Conditions nest; deeper than this is no package. */
const depthMax = 8;

/**
 * The package's entry points, by the name that its users write (`.`, `./sub`, `bin x`), each resolved to a
 * source
 * file of the tree. Build results are looked for under `src/`; entries without a source are left out.
 */
export async function entryPoints(
  read: (path: string) => Promise<string | null>,
): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const manifest = PackageJson.safeParse(readJson((await read("package.json")) ?? "null"));
  if (!manifest.success) return found;
  const { main, module, types, typings, bin, exports } = manifest.data;
  const candidates: [string, string[]][] = [];
  if (exports !== undefined && exports !== null) candidates.push(...ofExports(exports));
  else candidates.push([".", [module, main, types, typings].filter((path) => path !== undefined)]);
  if (typeof bin === "string") candidates.push(["bin", [bin]]);
  else for (const [name, path] of Object.entries(bin ?? {})) candidates.push([`bin ${name}`, [path]]);
  for (const [entry, paths] of candidates) {
    const path = await firstSource(paths, read);
    if (path !== null) found.set(entry, path);
  }
  // Without any field, Node takes index.js.
  if (found.size === 0 && main === undefined && exports === undefined) {
    const path = await firstSource(["index.js", "index.ts"], read);
    if (path !== null) found.set(".", path);
  }
  return found;
}

function ofExports(exports: unknown): [string, string[]][] {
  const plain = typeof exports !== "object" || exports === null || Array.isArray(exports);
  const keys = plain ? [] : Object.keys(exports);
  if (plain || !keys.some((key) => key.startsWith("."))) return [[".", targets(exports, 0)]];
  return Object.entries(exports).map(([key, value]) => [key, targets(value, 0)]);
}

function targets(value: unknown, depth: number): string[] {
  if (typeof value === "string") return value.includes("*") ? [] : [value];
  if (typeof value !== "object" || value === null || depth > depthMax) return [];
  return Object.values(value).flatMap((one) => targets(one, depth + 1));
}

async function firstSource(
  paths: readonly string[],
  read: (path: string) => Promise<string | null>,
): Promise<string | null> {
  for (const raw of paths) {
    const path = raw.replace(/^\.\//, "");
    const stem = path.replace(/(\.d)?\.[cm]?[jt]sx?$/, "");
    const inSource = stem.replace(/^(dist|build|lib|out|es|esm|cjs)\//, "src/");
    const tries = [
      path,
      ...[stem, inSource].flatMap((one) => [
        `${one}.ts`,
        `${one}.tsx`,
        `${one}.mts`,
        `${one}.js`,
        `${one}.mjs`,
      ]),
    ];
    for (const one of tries) if (isJavaScript(one) && (await read(one)) !== null) return one;
  }
  return null;
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
