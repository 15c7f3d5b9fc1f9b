const byExtension: Record<string, string> = {
  ts: "TypeScript",
  tsx: "TypeScript",
  mts: "TypeScript",
  cts: "TypeScript",
  js: "JavaScript",
  jsx: "JavaScript",
  mjs: "JavaScript",
  cjs: "JavaScript",
  py: "Python",
  go: "Go",
  rs: "Rust",
  java: "Java",
  kt: "Kotlin",
  cs: "C#",
  rb: "Ruby",
  php: "PHP",
  c: "C",
  h: "C",
  cpp: "C++",
  cc: "C++",
  hpp: "C++",
  swift: "Swift",
  scala: "Scala",
  sh: "Shell",
  sql: "SQL",
  html: "HTML",
  css: "CSS",
  md: "Markdown",
};

/** Languages of a repository with the number of files of each, the most first. */
export function languagesOf(paths: readonly string[]): { language: string; files: number }[] {
  const counts = new Map<string, number>();
  for (const path of paths) {
    const language = byExtension[path.split(".").pop()?.toLowerCase() ?? ""];
    if (language) counts.set(language, (counts.get(language) ?? 0) + 1);
  }
  return [...counts]
    .map(([language, files]) => ({ language, files }))
    .sort((a, b) => b.files - a.files || (a.language < b.language ? -1 : 1));
}

const declaring = "function\\*?|class|const|let|var|interface|type|enum";
const exported = new RegExp(
  `^export\\s+(?:(?:declare|abstract|async|default)\\s+)*(?:${declaring})\\s+[\\w$]+.*$`,
  "gm",
);
const commonJs = /^(?:module\.)?exports(?:\.[\w$]+)?\s*=.*$/gm;
const symbolCharsMax = 160;

/** First lines of what a JavaScript or TypeScript file exports; empty for other languages. */
export function exportedSymbols(path: string, text: string): string[] {
  if (!/\.[cm]?[jt]sx?$/.test(path)) return [];
  const found = [...(text.match(exported) ?? []), ...(text.match(commonJs) ?? [])];
  return found.map((line) => line.replace(/\s*\{?\s*$/, "").slice(0, symbolCharsMax));
}
