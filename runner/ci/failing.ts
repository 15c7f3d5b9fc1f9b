import type { JobResult } from "@tamma/core/domain/loop/jobs.ts";

/**
 * A place in the repository, and what is wrong there. `line` null: the whole file; `file` null: everything.
 */
export interface Failing {
  title: string;
  file: string | null;
  line: number | null;
  message: string;
}

/** What a job found that keeps a gate shut, most important first; empty when all is well. */
export function failingIn({ kind, result }: JobResult): Failing[] {
  if (result.outcome === "failed") {
    const { summary, excerpt } = result.evidence;
    return [{ title: `${kind} failed`, file: null, line: null, message: summary || excerpt }];
  }
  if (kind !== "verify" || result.outcome !== "done") return [];
  const verdicts = result.verdicts.filter(({ outcome }) => outcome === "failed");
  const found = verdicts.flatMap(({ gate, evidence, receipts }): Failing[] => {
    const title = `gate ${gate}`;
    const tests = receipts.flatMap((receipt) => receipt.tests).filter(({ outcome }) => outcome === "failed");
    if (tests.length === 0)
      return [{ title, file: null, line: null, message: evidence?.summary ?? `${gate} did not open` }];
    return tests.map(({ id, file, message }) => {
      const text = message ?? evidence?.summary ?? "";
      return {
        title,
        file,
        line: file === null ? null : lineIn(file, `${text}\n${evidence?.excerpt ?? ""}`),
        message: `${id}\n${text}`,
      };
    });
  });
  const grave = result.scan.filter(({ severity }) => severity === "critical" || severity === "high");
  return [
    ...found,
    ...grave.map(({ scanner, severity, path, line, detail }) => ({
      ...{ title: `${scanner}: ${severity}`, file: path, line: line > 0 ? line : null, message: detail },
    })),
  ];
}

/** The first line of the file that an output names, as `test/a.test.js:12:5`; null when it names none. */
function lineIn(file: string, output: string): number | null {
  for (let at = output.indexOf(`${file}:`); at >= 0; at = output.indexOf(`${file}:`, at + 1)) {
    const line = /^\d{1,7}/.exec(output.slice(at + file.length + 1, at + file.length + 9))?.[0];
    if (line !== undefined) return Number(line);
  }
  return null;
}
