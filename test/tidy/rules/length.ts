import ts from "typescript";
import { isSource, isTest, lineOf, nodesOf, type Rule, type TreeFile } from "./rule.ts";

/** Above this a file is hard to hold in one's head; it is printed, and fails nothing. */
export const fileLinesWarn = 250;
/** Above this a file has more than one idea; test/tidy/allowed.json may hold a reason why not. */
const fileLinesMax = 400;
/** Half of all files are to fit on one screen and a half. */
export const fileLinesMedianMax = 90;
const functionLinesMax = 70;
/** What the formatter breaks at; it cannot break strings and comments. */
const lineWidthMax = 110;

/** Lines as an editor counts them: the newline at the end opens no further one. */
export function lineCount(file: TreeFile): number {
  return file.text.replace(/\n$/, "").split("\n").length;
}

/** The middle one of the line counts of all files that are shipped. */
export function medianLines(files: readonly TreeFile[]): number {
  const shipped = files.filter((file) => isSource(file.path) && !isTest(file.path));
  const counts = shipped.map(lineCount).sort((a, b) => a - b);
  return counts[Math.floor(counts.length / 2)] ?? 0;
}

export const longFile: Rule = {
  name: `a file has at most ${fileLinesMax} lines`,
  looksAt: isSource,
  find: (file) => {
    const lines = lineCount(file);
    return lines > fileLinesMax
      ? [{ path: file.path, line: 1, says: `has ${lines} lines: split it by idea` }]
      : [];
  },
};

export const longFunction: Rule = {
  name: `a function has at most ${functionLinesMax} lines`,
  looksAt: (path) => isSource(path) && !isTest(path),
  find: (file) => {
    const { source, nodes } = nodesOf(file);
    return nodes.filter(ts.isFunctionLike).flatMap((node) => {
      const first = lineOf(source, node);
      const lines = source.getLineAndCharacterOfPosition(node.end).line + 2 - first;
      return lines > functionLinesMax
        ? [{ path: file.path, line: first, says: `a function of ${lines} lines` }]
        : [];
    });
  },
};

export const longLine: Rule = {
  name: `a line has at most ${lineWidthMax} characters, addresses left out`,
  looksAt: (path) => isSource(path) || /\.(css|toml|sql|ya?ml)$/.test(path),
  find: (file) =>
    file.text.split("\n").flatMap((line, at) => {
      const width = [...line.replace(/https?:\/\/\S+/g, "")].length;
      return width > lineWidthMax ? [{ path: file.path, line: at + 1, says: `${width} characters` }] : [];
    }),
};
