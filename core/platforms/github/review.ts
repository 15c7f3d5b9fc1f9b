import type { Sha } from "../../domain/ids.ts";
import type { Finding } from "../../domain/loop/proposal.ts";
import type { CodeHost, PullRequestRef } from "../../ports/platform.ts";
import { cut, keyIn, withMarker } from "../_shared/marker.ts";
import { answeredWith, shaped } from "./answers.ts";
import { pageSize } from "./client.ts";
import { commentCharsMax } from "./comments.ts";
import { linesIn } from "./diff-lines.ts";
import { type GithubRepository, getPull } from "./repository.ts";
import * as shapes from "./shapes.ts";

type Review = Parameters<CodeHost["submitReview"]>[1];

const operation = "submitReview";

/**
 * One review with all its comments in one request. GitHub refuses a whole review when the line of one comment
 * is not in the diff, so such findings stand in the summary. Source: GitHub Docs, "Create a review for a pull
 * request".
 */
export async function submitReview(
  repository: GithubRepository,
  pullRequest: PullRequestRef,
  review: Review,
): Promise<void> {
  const { client, at } = repository;
  const { number: pull_number } = pullRequest;
  const { pulls } = client.on(operation);
  const me = await repository.me();
  const pages = client.pages(operation)(pulls.listReviews, { ...at, pull_number, per_page: pageSize });
  const all = await client.all(operation, pages, shapes.review);
  if (all.some(({ user, body }) => user.id === me.id && keyIn(body) === review.key)) return;

  const lines = review.findings.length > 0 ? await diffOf(repository, pull_number, review.sha) : new Map();
  const placed = review.findings.filter(({ path, line }) => lines.get(path)?.has(line));
  const others = review.findings.filter((finding) => !placed.includes(finding));
  const post = (inline: readonly Finding[], listed: readonly Finding[]) =>
    pulls.createReview({
      ...{ ...at, pull_number, commit_id: review.sha, event: "COMMENT" },
      body: withMarker(summaryOf(review.summary, listed), review.key, commentCharsMax),
      comments: inline.map((finding) => ({
        ...{ path: finding.path, line: finding.line, side: "RIGHT" },
        body: cut(wordsOf(finding), commentCharsMax),
      })),
    });
  try {
    await post(placed, others);
  } catch (error) {
    // The diff changed since, or GitHub cuts it elsewhere: the findings count more than their place.
    if (!answeredWith(error, 422) || placed.length === 0) throw error;
    await post([], review.findings);
  }
}

/** Which lines can have a comment, by path. Of an older head, only the first 300 files are told. */
async function diffOf(
  repository: GithubRepository,
  pull_number: number,
  sha: Sha,
): Promise<Map<string, Set<number>>> {
  const { client, at } = repository;
  const pull = await getPull(repository, operation, pull_number);
  const changed =
    pull.head.sha === sha
      ? await client.all(
          operation,
          client.pages(operation)(client.on(operation).pulls.listFiles, {
            ...{ ...at, pull_number, per_page: pageSize },
          }),
          shapes.changedFile,
        )
      : await filesBetween(repository, pull.base.sha, sha);
  return new Map(changed.map(({ filename, patch }) => [filename, linesIn(patch ?? "")]));
}

async function filesBetween({ client, at }: GithubRepository, base: Sha, head: Sha) {
  const { data } = await client
    .on(operation)
    .repos.compareCommitsWithBasehead({ ...at, basehead: `${base}...${head}` });
  return shaped(operation, shapes.comparison, data).files ?? [];
}

/** The whole suggestion as one block of code: what stands there instead. */
const codeBlock = /^\s*(`{3,})[^`\n]*\n([\s\S]*?)\n?\1\s*$/;

/**
 * A finding as a comment at its line. A suggestion that is one block of code can be taken over by a click;
 * words cannot, for they would be written into the file.
 */
export function wordsOf({ severity, title, detail, suggestion }: Finding): string {
  return [`**${severity}**: ${title}`, detail, suggested(suggestion)]
    .filter((part) => part !== "")
    .join("\n\n");
}

function suggested(suggestion: string): string {
  if (suggestion.trim() === "") return "";
  const [, fence, code] = codeBlock.exec(suggestion) ?? [];
  return fence === undefined ? `Instead: ${suggestion}` : `${fence}suggestion\n${code}\n${fence}`;
}

function summaryOf(summary: string, findings: readonly Finding[]): string {
  if (findings.length === 0) return summary;
  const items = findings.map(({ path, line, severity, title, detail, suggestion }) => {
    const place = line > 0 ? `${path}:${line}` : path;
    const more = [detail, suggestion && `Instead: ${suggestion}`].filter((part) => part !== "");
    return [`**${severity}** ${place}: ${title}`, ...more].join("\n\n");
  });
  return [summary, "### Beside the lines of the diff", ...items].filter((part) => part !== "").join("\n\n");
}
