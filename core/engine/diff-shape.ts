/**
 * A diff without what a shift of lines changes: line numbers, the names of hunks, and blob ids of text
 * files. Two diffs of one shape are the very same lines with the very same surroundings.
 */
export function diffShape(diff: Uint8Array): string {
  // Latin-1 keeps every byte apart.
  const text = Buffer.from(diff.buffer, diff.byteOffset, diff.byteLength).toString("latin1");
  return text
    .split(/^(?=diff --git )/m)
    .map((file: string) => {
      const plain = file.replace(/^@@ .*$/gm, "@@");
      return /^GIT binary patch$/m.test(file) ? plain : plain.replace(/^index .*$/m, "index");
    })
    .join("");
}
