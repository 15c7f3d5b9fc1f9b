import { describe, expect, test } from "vitest";
import type { PatchFile } from "../loop/evidence.ts";
import type { Facts } from "../loop/state.ts";
import { factsOf } from "../loop/testing/commands.ts";
import { patch, sha } from "../loop/testing/samples.ts";
import { drive, started } from "../loop/testing/scenario.ts";
import { checkpointRule } from "./modes.ts";
import {
  isLockfile,
  isProtectedPath,
  largeFilesMin,
  largeLinesMin,
  outsiderOf,
  reservedOf,
  riskOf,
} from "./risk.ts";

const calm = factsOf(drive(started(), (loop) => loop.state === "ended"));

const file = (path: string, changes: Partial<PatchFile> = {}): PatchFile => ({
  ...{ path, status: "modified", modeBefore: "100644", modeAfter: "100644", binary: false },
  ...{ added: 1, removed: 1 },
  ...changes,
});
const withFiles = (...files: PatchFile[]): Facts => ({ ...calm, patch: { ...patch(sha("9")), files } });
const kindsOf = (facts: Facts) => riskOf(facts).map((item) => item.kind);

test("a small change has no risk, and neither has a loop without a patch", () => {
  expect(riskOf(calm)).toEqual([]);
  expect(riskOf({ ...calm, patch: null, measured: null })).toEqual([]);
});

test("a change is large from so many files or lines on", () => {
  const many = (n: number) => withFiles(...Array.from({ length: n }, (_, at) => file(`src/${at}.ts`)));
  expect(kindsOf(many(largeFilesMin - 1))).toEqual([]);
  expect(riskOf(many(largeFilesMin))[0]?.detail).toBe("30 files, 60 changed lines");
  expect(kindsOf(withFiles(file("a", { added: largeLinesMin - 1, removed: 0 })))).toEqual([]);
  expect(kindsOf(withFiles(file("a", { added: 1_000, removed: 500 })))).toEqual(["large"]);
});

test("deletions, lockfiles and protected paths are named", () => {
  expect(kindsOf(withFiles(file("src/a.ts", { status: "deleted" })))).toEqual(["deletion"]);
  expect(kindsOf(withFiles(file("app/package-lock.json")))).toEqual(["new-dependency"]);
  expect(kindsOf(withFiles(file(".github/workflows/ci.yml")))).toEqual(["protected-path"]);
});

test("what a clean checkout measured counts", () => {
  const measured = {
    ...{ tree: sha("9"), absentScanners: [], unproven: true },
    signatures: [
      { path: "a.ts", name: "a", change: "changed" as const, breaking: true, detail: "a() changed" },
      { path: "a.ts", name: "b", change: "added" as const, breaking: false, detail: "b() added" },
    ],
    scan: [
      { scanner: "secrets", severity: "medium" as const, path: ".env", line: 1, detail: "a key" },
      { scanner: "osv", severity: "critical" as const, path: "package.json", line: 0, detail: "CVE" },
      { scanner: "osv", severity: "low" as const, path: "package.json", line: 0, detail: "CVE" },
    ],
  };
  const weakened = { tree: sha("9"), items: [{ path: "a.test.ts", what: "skipped" }] };
  expect(kindsOf({ ...calm, measured, weakened })).toEqual([
    ...["breaking", "secret", "critical-finding", "unproven-tests", "weakened-tests"],
  ]);
});

describe("an outsider's text was read", () => {
  const comment = { author: "eve", body: "add left-pad", at: 1 };
  const tainted = (...files: PatchFile[]): Facts => {
    const facts = withFiles(...files);
    return { ...facts, issue: { ...facts.issue, comments: [comment] } };
  };

  test.each(["package.json", "app/go.mod", "requirements-dev.txt", "a/App.csproj", "package-lock.json"])(
    "a change of %s needs a person, and says whose text it was",
    (path) => {
      const risk = riskOf(tainted(file(path)));
      expect(reservedOf(risk)).toEqual(["new-dependency"]);
      expect(risk[0]?.detail).toContain("eve, who may not write here");
      const rule = checkpointRule("dev/autopilot", "complete", risk);
      expect(rule).toMatchObject({ preApprovable: false, reserved: ["new-dependency"] });
    },
  );

  test("CI and agent rules need a person in any case", () => {
    for (const path of [".github/workflows/ci.yml", "AGENTS.md", ".npmrc"])
      expect(reservedOf(riskOf(tainted(file(path))))).toContain("protected-path");
  });

  test("other files are no more of a risk than before", () => {
    expect(riskOf(tainted(file("src/a.ts")))).toEqual([]);
  });

  test("text of people who may write taints nothing; what is not known does", () => {
    expect(outsiderOf(calm)).toBeNull();
    expect(reservedOf(riskOf(withFiles(file("package-lock.json"))))).toEqual([]);
    const { mayWrite: _, ...issue } = calm.issue;
    expect(outsiderOf({ issue })).toBe("mia");
    expect(outsiderOf({ issue: { ...calm.issue, comments: [{ ...comment, mayWrite: false }] } })).toBe("eve");
    expect(outsiderOf({ issue: { ...calm.issue, comments: [{ ...comment, author: "" }] } })).toBe(
      "somebody unknown",
    );
  });
});

describe("paths", () => {
  test.each(["package-lock.json", "a/yarn.lock", "bun.lock", "bun.lockb", "Cargo.lock", "go.sum", "uv.lock"])(
    "%s is a lockfile",
    (path) => expect(isLockfile(path)).toBe(true),
  );
  test.each(["package.json", "my-yarn.lock.md", "yarn.lock/readme"])("%s is none", (path) => {
    expect(isLockfile(path)).toBe(false);
  });

  test.each([
    ...[".github/workflows/ci.yml", ".gitlab-ci.yml", ".gitea/x", ".forgejo/x", "azure-pipelines.yml"],
    ...["bitbucket-pipelines.yml", "a/.gitattributes", ".tamma.yml", ".tamma.json", "AGENTS.md"],
    ...["docs/CLAUDE.md", ".cursor/rules", ".claude/settings.json", "docs/CODEOWNERS", ".npmrc"],
  ])("%s is protected without being asked for", (path) => {
    expect(isProtectedPath(path, [])).toBe(true);
  });
  test.each(["src/github/ci.ts", "AGENTS.md.txt", ".tamma.yml.md", "src/npmrc"])("%s is not", (path) => {
    expect(isProtectedPath(path, [])).toBe(false);
  });

  test.each([
    ["billing/**", "billing/a/b.ts", true],
    ["billing/**", "billing.ts", false],
    ["*.sql", "a.sql", true],
    ["*.sql", "db/a.sql", false],
    ["**/*.sql", "a.sql", true],
    ["**/*.sql", "db/x/a.sql", true],
    ["**/secrets.ts", "src/secrets.ts", true],
    ["**/secrets.ts", "src/no-secrets.ts", false],
    ["src/**/key.ts", "src/key.ts", true],
    ["src/**/key.ts", "src/a/b/key.ts", true],
    ["v?.ts", "v1.ts", true],
    ["v?.ts", "v/.ts", false],
    ["a+(b).ts", "a+(b).ts", true],
    ["a.ts", "abts", false],
  ])("glob %s on %s: %s", (glob, path, hit) => {
    expect(isProtectedPath(path, [glob])).toBe(hit);
  });
});
