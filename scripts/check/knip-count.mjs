// A reporter for knip that tells how many files it looked at; knip's own ones do not.

/** The line that dead-code.ts looks for. */
// biome-ignore lint/style/noDefaultExport: knip takes a reporter only as a default export
export default function knipCount({ counters }) {
  process.stdout.write(`knip-files ${counters.total}\n`);
}
