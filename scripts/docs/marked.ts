/**
 * Where a generated part of a page begins and ends, each at the beginning of a line:
 * `<!-- generated: name -->` ... `<!-- /generated -->`.
 */
const marked = /^<!-- generated: ([a-z0-9-]+) -->\n[\s\S]*?^<!-- \/generated -->/gm;
const markers = /^<!-- \/?generated\b/gm;

/** The text of every generated part by its name; made only when a page asks for it. */
export type Parts = Readonly<Record<string, () => string>>;

export interface Filled {
  text: string;
  /** Names of the parts that the page holds. */
  names: string[];
}

/**
 * The page with every marked part made anew.
 *
 * @throws Error for a name that no part has, and for a marker without its partner
 */
export function fillPage(path: string, text: string, parts: Parts): Filled {
  const names: string[] = [];
  const filled = text.replace(marked, (_whole, name: string) => {
    const part = parts[name];
    if (!part)
      throw new Error(
        `${path}: no part is called "${name}"; scripts/docs/parts.ts has ${Object.keys(parts).join(", ")}`,
      );
    names.push(name);
    return `<!-- generated: ${name} -->\n\n${part().trim()}\n\n<!-- /generated -->`;
  });
  const count = [...text.matchAll(markers)].length;
  if (count !== 2 * names.length)
    throw new Error(
      `${path}: a generated part has no end or no beginning; write <!-- /generated --> on a line of its own`,
    );
  return { text: filled, names };
}
