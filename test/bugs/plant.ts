import { registerHooks } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Bug } from "./bug.ts";

/** Whether the mistake was made: its module was loaded, and the text stood there exactly once. */
export interface Planted {
  loaded(): boolean;
}

/**
 * From here on the bug's module is loaded with its mistake. Must be called before anything imports it. A text
 * that is not there exactly once fails the import: the list is out of step with the source.
 */
export function plant(bug: Bug, root: string): Planted {
  const target = pathToFileURL(join(root, bug.file)).href;
  let loaded = false;
  registerHooks({
    load: (url, context, nextLoad) => {
      const module = nextLoad(url, context);
      if (url !== target) return module;
      loaded = true;
      return { ...module, source: withMistake(String(module.source), bug) };
    },
  });
  return { loaded: () => loaded };
}

/** The source with the mistake in it. Throws when its text does not stand there exactly once. */
export function withMistake(source: string, { name, file, find, replace }: Bug): string {
  const parts = source.split(find);
  if (parts.length !== 2)
    throw new Error(`${name}: its text stands ${parts.length - 1} times in ${file}, not once`);
  return parts.join(replace);
}
