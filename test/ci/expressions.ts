/** Values that a workflow's expressions may name, as `inputs.loop` or `steps.tamma.outputs.url`. */
export type Contexts = { readonly [name: string]: string | boolean | Contexts };

/**
 * Text with its `${{ ... }}` replaced. Only what our workflows use is known: paths, texts in single
 * quotes, `==` and `always()`. Anything else is an error, so that a workflow cannot say what nobody has run.
 */
export function evaluate(text: string, contexts: Contexts): string {
  return text.replace(/\$\{\{(.*?)\}\}/gs, (_, inner: string) => String(valueIn(inner.trim(), contexts)));
}

/** The condition of a step or job, which may stand without `${{ }}`. */
export function holds(condition: string, contexts: Contexts): boolean {
  const bare = condition.trim().replace(/^\$\{\{(.*)\}\}$/s, "$1");
  return valueIn(bare.trim(), contexts) === true;
}

function valueIn(expression: string, contexts: Contexts): string | boolean {
  const sides = expression.split("==").map((side) => side.trim());
  if (sides.length === 2) return single(sides[0] ?? "", contexts) === single(sides[1] ?? "", contexts);
  if (sides.length > 2) throw new Error(`this expression is not understood: ${expression}`);
  return single(expression, contexts);
}

function single(term: string, contexts: Contexts): string | boolean {
  if (term === "always()") return true;
  const quoted = /^'([^']*)'$/.exec(term);
  if (quoted) return quoted[1] ?? "";
  if (!/^[a-z_][\w-]*(\.[\w-]+)+$/i.test(term)) throw new Error(`this expression is not understood: ${term}`);
  let value: Contexts[string] | undefined = contexts;
  for (const name of term.split(".")) {
    if (typeof value !== "object") return "";
    value = value[name];
  }
  if (typeof value === "object") throw new Error(`this expression is no text: ${term}`);
  // What a context does not have is empty text there.
  return value ?? "";
}
