import { lintSource } from "@secretlint/core";
import { creator } from "@secretlint/secretlint-rule-preset-recommend";
import type { ScanFinding } from "@tamma/core/domain/loop/evidence.ts";
import type { FileLines } from "./diff-lines.ts";

/** Shapes that secretlint's recommended rules leave out, because alone they give no access. */
const moreShapes: readonly [RegExp, string][] = [
  [/\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/, "AWS access key id"],
  [/-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/, "private key"],
  [/\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}/, "JSON web token"],
];
/** A value that is assigned to a name which promises a secret. */
const secretWord = "(?:api|private|access)[_-]?key|secret|token|passw(?:or)?d|credential";
const assigned = new RegExp(
  `\\b([\\w.-]*(?:${secretWord})[\\w-]*)["'\`]?\\s*(?:=>|:=|[:=])\\s*(["'\`]?)([^\\s"'\`,;]{12,200})\\2`,
  "i",
);
/** What stands where a secret will be. */
const placeholders = [
  /example|sample|dummy|fake|placeholder|change.?me|your[-_]|xxxx|test|1234567|abcdef/i,
  /\*\*\*|<.*>|\$\{|\{\{|env\.|\.\.\.|[()[\]]/,
];
/** Files in which values stand without quotes. */
const unquoted = /(^|\/)\.env(\.\w+)?$|\.(ini|properties|ya?ml|toml|conf|cfg)$/i;
/** Bits per character: English words have about 3, random base64 of this length 4 and more. */
const entropyBitsMin = 3.6;
/** The control plane knows leaked secrets by this name. */
const secretScanner = "secrets";
/** A line of a minified bundle holds everything that looks like anything. */
const lineCharsMax = 2_000;

/**
 * Secrets among the lines that a change adds. Known shapes of keys are critical; a random-looking value in
 * a test
 * is only told. A finding never holds the secret.
 */
export async function secretsIn(
  files: readonly FileLines[],
  isTestFile: (path: string) => boolean,
): Promise<ScanFinding[]> {
  const found: ScanFinding[] = [];
  for (const file of files) {
    if (file.added.length === 0) continue;
    found.push(...(await byShape(file)), ...byName(file, isTestFile(file.path)));
  }
  // Two rules that see the same line are one secret.
  const lines = new Set<string>();
  return found.filter(({ path, line }) => !lines.has(`${path}:${line}`) && lines.add(`${path}:${line}`));
}

async function byShape(file: FileLines): Promise<ScanFinding[]> {
  const content = file.added.map((line) => line.text).join("\n");
  const id = "@secretlint/secretlint-rule-preset-recommend";
  const result = await lintSource({
    source: { filePath: `/${file.path}`, content, contentType: "text", ext: "" },
    options: {
      config: { rules: [{ id, rule: creator, options: {} }] },
      locale: "en",
      maskSecrets: true,
      noPhysicFilePath: true,
    },
  });
  const found = result.messages.map((message) =>
    finding(file, message.loc.start.line - 1, message.messageId.toLowerCase().replaceAll("_", " ")),
  );
  file.added.forEach(({ text }, index) => {
    for (const [shape, what] of moreShapes) {
      const match = shape.exec(text)?.[0];
      if (match !== undefined && !/EXAMPLE/.test(match)) found.push(finding(file, index, what));
    }
  });
  return found;
}

function finding(file: FileLines, index: number, what: string): ScanFinding {
  const detail = `looks like a secret (${what}): take it out and make it invalid where it was issued`;
  return {
    scanner: secretScanner,
    severity: "critical",
    path: file.path,
    line: file.added[index]?.line ?? 0,
    detail,
  };
}

function byName(file: FileLines, inTest: boolean): ScanFinding[] {
  const found: ScanFinding[] = [];
  for (const { line, text } of file.added) {
    const match = text.length > lineCharsMax ? null : assigned.exec(text);
    if (!match) continue;
    const [, name = "", quote = "", value = ""] = match;
    if (quote === "" && !unquoted.test(file.path)) continue;
    if (placeholders.some((shape) => shape.test(value)) || !/\d/.test(value) || !/[a-z]/i.test(value))
      continue;
    if (entropyBits(value) < entropyBitsMin) continue;
    const detail = `\`${name.slice(0, 60)}\` is given a random-looking value; read it from the environment`;
    found.push({
      // A guess about a test's made-up value is no leak.
      scanner: inTest ? "random-values" : secretScanner,
      severity: inTest ? "medium" : "critical",
      path: file.path,
      line,
      detail,
    });
  }
  return found;
}

/** Shannon's entropy of a text in bits per character. */
function entropyBits(text: string): number {
  const counts = new Map<string, number>();
  for (const char of text) counts.set(char, (counts.get(char) ?? 0) + 1);
  let bits = 0;
  for (const n of counts.values()) bits -= (n / text.length) * Math.log2(n / text.length);
  return bits;
}
