import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

/** A top-level `const` with the comment right above it, as it stands in the source. */
export interface Documented {
  name: string;
  /** In one line; empty when there is none. */
  says: string;
  /** Source text of the value. */
  value: string;
  exported: boolean;
}

/** All top-level constants of a source file in their order; a comment above two of them counts for both. */
export function documentedConstants(root: string, path: string): Documented[] {
  const text = readFileSync(join(root, path), "utf8");
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const found: Documented[] = [];
  let end = 0;
  for (const statement of source.statements) {
    if (ts.isVariableStatement(statement)) {
      // Without an empty line between them, two constants share one comment.
      const together = !/\n\s*\n/.test(text.slice(end, statement.getStart(source, true)));
      const own = commentOf(statement);
      const says = own === "" && together ? (found.at(-1)?.says ?? "") : own;
      const exported = (statement.modifiers ?? []).some((one) => one.kind === ts.SyntaxKind.ExportKeyword);
      for (const { name, initializer } of statement.declarationList.declarations)
        found.push({ name: name.getText(source), says, value: initializer?.getText(source) ?? "", exported });
    }
    end = statement.getEnd();
  }
  return found;
}

function commentOf(statement: ts.Node): string {
  const comment = ts.getJSDocCommentsAndTags(statement).find(ts.isJSDoc)?.comment;
  const text = typeof comment === "string" ? comment : (comment ?? []).map((part) => part.text).join("");
  return text.replace(/\s+/g, " ").trim();
}
