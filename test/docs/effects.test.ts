import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { callNames, jobKinds } from "@tamma/core/domain/loop/events/control.ts";
import { expect, test } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const read = (path: string) => readFileSync(join(root, path), "utf8");

/** First cells of the tables of one section of docs/pipeline.md, without their marks. */
function rows(section: string): string[] {
  const [, text = ""] = read("docs/pipeline.md").split(`\n### ${section}\n`);
  const table = (text.split(/\n##/)[0] ?? "").split("\n").filter((line) => line.startsWith("| `"));
  return table.map((line) => (line.split("|")[1] ?? "").replaceAll("`", "").trim()).sort();
}

/** The kinds that a union of effects names in its source. */
function kindsIn(path: string, type: string): string[] {
  const [, union = ""] = read(path).split(`export type ${type} =`);
  const kinds = (union.split(/;\n\n/)[0] ?? "").matchAll(/\{ kind: "([a-z-]+)"/g);
  return [...kinds].map((match) => match[1] ?? "");
}

test("every effect of a loop says how it is found again", () => {
  const kinds = kindsIn("core/domain/loop/effects.ts", "Effect");
  expect(kinds.length).toBeGreaterThan(10);
  const wanted = kinds.flatMap((kind) =>
    kind === "call" ? callNames.map((name) => `call ${name}`) : [kind],
  );
  expect(rows("Effects of a loop")).toEqual(wanted.sort());
});

test("every effect of a repository says how it is found again", () => {
  const kinds = kindsIn("core/domain/repository/react.ts", "RepositoryEffect");
  expect(kinds.length).toBeGreaterThan(0);
  expect(rows("Effects of a repository")).toEqual(kinds.sort());
});

test("every job says what the next runner finds of it", () => {
  expect(rows("Jobs")).toEqual([...jobKinds].sort());
});
