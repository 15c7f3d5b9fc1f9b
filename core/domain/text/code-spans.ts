/** The code spans of a text between two empty lines. */
export interface CodeSpans {
  /** May the place be within one? Errs towards yes, since a paragraph may begin on any line. */
  mayHold(place: number): boolean;
}

interface Run {
  readonly index: number;
  readonly length: number;
  /** It perhaps opens nothing: its first backtick is escaped, or it stands in an address. */
  readonly uncertain: boolean;
}

/** An address between angle brackets is seldom longer. */
const lookedBackChars = 300;

/**
 * A span goes from a run of backticks to the next run that is as long. Anybody may write a comment, so each
 * place takes one pass over the runs, however many there are.
 */
export function codeSpansOf(text: string): CodeSpans {
  const runs = [...text.matchAll(/`+/g)].map(({ index, 0: { length } }): Run => {
    const before = text.slice(Math.max(0, index - lookedBackChars), index);
    return { index, length, uncertain: /\\$|<[^\s<>]*$/.test(before) };
  });
  const { next, shorter } = partners(runs);
  const lineStarts = [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)];

  /** By run: does reading on from it come to a span around `place`? */
  function around(place: number): boolean[] {
    const held = new Array<boolean>(runs.length + 1).fill(false);
    for (let n = runs.length - 1; n >= 0; n -= 1) {
      const run = runs[n] as Run;
      if (run.index >= place) continue;
      const from = (partner: number | undefined) => {
        if (partner === undefined) return held[n + 1] ?? false;
        return (runs[partner]?.index ?? 0) >= place || (held[partner + 1] ?? false);
      };
      held[n] = from(next[n]);
      if (run.uncertain) held[n] = held[n] || from(shorter[n]) || (held[n + 1] ?? false);
    }
    return held;
  }

  return {
    mayHold: (place) => {
      const held = around(place);
      let run = 0;
      for (const start of lineStarts) {
        if (start > place) return false;
        while ((runs[run]?.index ?? Number.POSITIVE_INFINITY) < start) run += 1;
        if (held[run]) return true;
      }
      return false;
    },
  };
}

/** By run: the next one that is as long, and the next one that is a backtick shorter. */
function partners(runs: readonly Run[]): { next: (number | undefined)[]; shorter: (number | undefined)[] } {
  const seen = new Map<number, number>();
  const next = new Array<number | undefined>(runs.length);
  const shorter = new Array<number | undefined>(runs.length);
  for (let n = runs.length - 1; n >= 0; n -= 1) {
    const { length } = runs[n] as Run;
    next[n] = seen.get(length);
    shorter[n] = seen.get(length - 1);
    seen.set(length, n);
  }
  return { next, shorter };
}

/**
 * Code within a line is words about words. It goes from a run of backticks to the next run that is as long.
 * Anybody may write a comment, so this takes one pass: an expression that looks for the end of each run
 * anew holds up the whole server on a line of backticks.
 */
export function withoutCodeSpans(text: string): string {
  const runs = [...text.matchAll(/`+/g)].map(({ index, 0: { length } }) => ({ index, length }));
  const next = new Map<number, number>();
  const ends = runs.map(() => -1);
  for (let n = runs.length - 1; n >= 0; n -= 1) {
    const { length } = runs[n] as (typeof runs)[number];
    ends[n] = next.get(length) ?? -1;
    next.set(length, n);
  }
  let kept = "";
  let at = 0;
  for (let n = 0; n < runs.length; n += 1) {
    const end = ends[n] ?? -1;
    const [opening, closing] = [runs[n], runs[end]];
    if (!opening || !closing) continue;
    kept += text.slice(at, opening.index);
    at = closing.index + closing.length;
    n = end;
  }
  return kept + text.slice(at);
}
