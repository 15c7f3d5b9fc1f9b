import { cutLine } from "../../domain/text/posted.ts";

/** GitHub refuses a longer one; Gitea shows no more in a line. */
const charsMax = 140;

/** The words beside a status: one line, as long as platforms take it. */
export function statusWords(text: string): string {
  return cutLine(text.replace(/\s+/g, " ").trim(), charsMax);
}
