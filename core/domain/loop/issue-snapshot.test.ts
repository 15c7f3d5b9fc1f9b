import fc from "fast-check";
import { expect, test } from "vitest";
import { issueSnapshot, snapshotBodyCharsMax, snapshotCommentCharsMax } from "./issue-snapshot.ts";
import type { IssueSnapshot } from "./work.ts";

const issue = (body: string, comments: string[] = []): IssueSnapshot => ({
  ...{ id: "7", number: 7, title: "Sum", body, author: "ada", labels: ["bug"], url: "http://tamma/issues/7" },
  comments: comments.map((text, at) => ({ author: "bob", body: text, at })),
});
/** What the store allows for one event. */
const eventBytesMax = 1_000_000;

test("an issue of usual size is taken as it is", () => {
  const usual = issue("It breaks.", ["Here too.", "And here."]);
  expect(issueSnapshot(usual)).toEqual(usual);
});

test("a text of a million characters is cut, says how much is missing and where it is", () => {
  const { body } = issueSnapshot(issue("x".repeat(1_000_000)));
  expect(body).toMatch(
    /^x+\n\(cut here: 950000 more characters; all of it is at http:\/\/tamma\/issues\/7\)$/,
  );
});

test("of ten thousand comments the newest are kept, and the rest are counted", () => {
  const { body, comments } = issueSnapshot(
    issue(
      "b",
      Array.from({ length: 10_000 }, (_, n) => `${n} `.repeat(20)),
    ),
  );
  expect(comments.at(-1)?.body).toContain("9999 ");
  expect(comments.length).toBeGreaterThan(100);
  expect(body).toContain(`${10_000 - comments.length} older comments are left out`);
});

test("one comment that is longer than all may be is cut", () => {
  const { comments } = issueSnapshot(issue("b", ["old", "y".repeat(snapshotCommentCharsMax + 5)]));
  expect(comments.map((comment) => comment.body.slice(-60))).toEqual([
    expect.stringContaining("5 more characters"),
  ]);
});

test("no text is cut inside a letter", () => {
  const { body } = issueSnapshot(issue(`${"x".repeat(snapshotBodyCharsMax - 1)}\u{1F600} and more`));
  expect(body.isWellFormed()).toBe(true);
});

const bytesOf = (value: unknown) => new TextEncoder().encode(JSON.stringify(value)).length;

test("an issue of nothing but control characters, which take six bytes each, fits into an event", () => {
  const worst = issue(
    "\u0000".repeat(1_000_000),
    Array.from({ length: 1_000 }, () => "\u0000".repeat(9_000)),
  );
  expect(bytesOf(issueSnapshot(worst))).toBeLessThan(eventBytesMax - 100_000);
});

test("whatever stands in an issue, its snapshot fits into an event", () => {
  const letter = fc.constantFrom("a", "\u0000", '"', "\\", "界", "\u{1F600}", "\n");
  fc.assert(
    fc.property(letter, fc.array(letter, { maxLength: 40 }), (one, many) => {
      const long = one.repeat(500_000);
      const snapshot = issueSnapshot(
        issue(
          long,
          many.map((each) => each.repeat(9_000)),
        ),
      );
      expect(bytesOf(snapshot)).toBeLessThan(eventBytesMax - 100_000);
    }),
    { numRuns: 30 },
  );
});
