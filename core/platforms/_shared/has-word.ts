/** Is the word in the text, and not only a part of a longer one? `job-1` is not in `job-12`. */
export function hasWord(text: string, word: string): boolean {
  if (word === "") return false;
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    const around = (text[at - 1] ?? "") + (text[at + word.length] ?? "");
    if (!/\w/.test(around)) return true;
  }
  return false;
}
