import type { Facts } from "../loop/state.ts";

/** Kinds of risk, computed from evidence and never from a model's word. */
export const riskKinds = [
  "breaking",
  "large",
  "deletion",
  "protected-path",
  "new-dependency",
  "secret",
  "critical-finding",
  "weakened-tests",
  "unproven-tests",
] as const;
export type RiskKind = (typeof riskKinds)[number];

export interface RiskItem {
  kind: RiskKind;
  /** What exactly, for a person: "signature of `parse()` changed: parameter `strict` added". */
  detail: string;
  /** Reserved although its kind is not, because an outsider's text was read. */
  tainted?: boolean;
}

/**
 * Kinds that no approval ahead of time may cover, in any mode (FR-34 and the surfaces' rule for `--yes`).
 * `new-dependency` alone is shown but may be pre-approved, unless a model has read text of somebody without
 * write access: it may have steered the model, and a dependency runs code wherever it is installed.
 */
export const reservedRisks: readonly RiskKind[] = riskKinds.filter((kind) => kind !== "new-dependency");

/** A change over this many files or changed lines is a large refactor: nobody reads more in one sitting. */
export const largeFilesMin = 30;
export const largeLinesMin = 1_500;

/** The risk of the loop's present change; empty before there is a measured patch. */
export function riskOf(facts: Facts): RiskItem[] {
  const { patch, measured, weakened } = facts;
  const items: RiskItem[] = [];
  const outsider = outsiderOf(facts);
  if (patch) {
    const lines = patch.files.reduce((sum, file) => sum + file.added + file.removed, 0);
    if (patch.files.length >= largeFilesMin || lines >= largeLinesMin)
      items.push({ kind: "large", detail: `${patch.files.length} files, ${lines} changed lines` });
    for (const file of patch.files) {
      if (file.status === "deleted") items.push({ kind: "deletion", detail: `${file.path} is deleted` });
      const dependency = dependencyItem(file.path, outsider);
      if (dependency) items.push(dependency);
      if (isProtectedPath(file.path, facts.settings.protectedPaths))
        items.push({ kind: "protected-path", detail: `${file.path} is protected` });
    }
  }
  for (const change of measured?.signatures ?? [])
    if (change.breaking) items.push({ kind: "breaking", detail: change.detail });
  for (const finding of measured?.scan ?? []) {
    if (finding.scanner === "dependencies")
      items.push({ kind: "new-dependency", detail: `${finding.path}: ${finding.detail}` });
    else if (finding.scanner === "secrets")
      items.push({ kind: "secret", detail: `${finding.path}: ${finding.detail}` });
    else if (finding.severity === "critical")
      items.push({ kind: "critical-finding", detail: `${finding.path}: ${finding.detail}` });
  }
  if (measured?.unproven)
    items.push({ kind: "unproven-tests", detail: "tests not proven to fail before the change" });
  if (weakened)
    for (const item of weakened.items)
      items.push({ kind: "weakened-tests", detail: `${item.path}: ${item.what}` });
  return items;
}

/** The kinds among `items` that forbid any approval ahead of time. */
export function reservedOf(items: RiskItem[]): RiskKind[] {
  const reserved = items.filter(({ kind, tainted }) => tainted === true || reservedRisks.includes(kind));
  return [...new Set(reserved.map((item) => item.kind))];
}

/**
 * Who without write access wrote something that a model was told: the issue's author, or the first of the
 * commenters; null when all of it comes from people who may write. Not known counts as without.
 */
export function outsiderOf({ issue }: Pick<Facts, "issue">): string | null {
  const outsider = [issue, ...issue.comments].find((text) => text.mayWrite !== true);
  return outsider === undefined ? null : outsider.author || "somebody unknown";
}

function dependencyItem(path: string, outsider: string | null): RiskItem | null {
  if (outsider !== null && (isLockfile(path) || isManifest(path))) {
    const detail = `${path} changes, and ${outsider}, who may not write here, was read`;
    return { kind: "new-dependency", detail, tainted: true };
  }
  return isLockfile(path) ? { kind: "new-dependency", detail: `${path} changes` } : null;
}

const lockfiles = new Set([
  ...["package-lock.json", "npm-shrinkwrap.json", "pnpm-lock.yaml", "yarn.lock", "bun.lock", "bun.lockb"],
  ...["poetry.lock", "uv.lock", "pdm.lock", "pipfile.lock", "cargo.lock", "go.sum", "deno.lock"],
  ...["composer.lock", "gemfile.lock", "mix.lock", "packages.lock.json", "gradle.lockfile", "flake.lock"],
]);

export function isLockfile(path: string): boolean {
  return lockfiles.has(path.slice(path.lastIndexOf("/") + 1).toLowerCase());
}

/** Where projects name what they need and which commands run when it is installed. */
const manifests = new Set([
  ...["package.json", "deno.json", "deno.jsonc", "pyproject.toml", "setup.py", "setup.cfg", "Pipfile"],
  ...["Cargo.toml", "go.mod", "Gemfile", "composer.json", "pom.xml", "build.gradle", "build.gradle.kts"],
  "Directory.Packages.props",
]);
const manifestName = /^requirements[\w.-]*\.txt$|\.(?:cs|fs|vb)proj$/;

function isManifest(path: string): boolean {
  const name = path.slice(path.lastIndexOf("/") + 1);
  return manifests.has(name) || manifestName.test(name);
}

/** CI, agent rules, security settings and Tamma's own rules: a change there needs a person (loop.md). */
const alwaysProtected = [
  // CI of every platform, and what runs on a developer's machine without being asked.
  /^\.(github|gitlab|gitea|forgejo|circleci|buildkite|woodpecker|ci|azure-pipelines|teamcity)\//i,
  /^\.?(gitlab-ci|azure-pipelines|bitbucket-pipelines|travis|drone|woodpecker|appveyor|cirrus)\.ya?ml$/i,
  /^Jenkinsfile(\.\w+)?$/i,
  /^\.(husky|githooks|devcontainer|vscode|idea|zed)\//i,
  /^\.?(pre-commit-config|lefthook(-local)?)\.(ya?ml|toml|json)$/i,
  /(^|\/)\.(envrc|mise\.toml|tool-versions)$/i,
  // How git and package managers read the repository, and from where they install.
  /(^|\/)\.(gitattributes|lfsconfig|npmrc|yarnrc(\.ya?ml)?|pnpmfile\.c?js|pypirc|gemrc)$/i,
  /(^|\/)(bunfig\.toml|pip\.conf|pnpm-workspace\.yaml|nuget\.config)$/i,
  /(^|\/)\.(cargo|bundle|yarn|mvn)\//i,
  // Tamma's own rules, and those of coding agents.
  /^\.tamma(\.(ya?ml|json|toml)$|\/)/i,
  /(^|\/)(AGENTS|CLAUDE|GEMINI|CONVENTIONS)(\.local|\.override)?\.md$/i,
  /(^|\/)\.(cursor|claude|codex|gemini|windsurf|clinerules|roo|kiro|junie)\//i,
  /(^|\/)\.(continue|aider[^/]*|amazonq|agents?)\//i,
  /(^|\/)\.(cursorrules|windsurfrules|clinerules|roorules|aider[^/]*|mcp\.json)$/i,
  // Who has to look at what.
  /(^|\/)CODEOWNERS$/i,
  /^\.(gitleaks\.toml|gitleaksignore|secretlintrc[^/]*|secretlintignore|snyk|trivyignore|semgrepignore)$/i,
  /(^|\/)(renovate\.json5?|\.renovaterc(\.json5?)?)$/i,
];

/**
 * Is `path` protected, by the built-in list or by one of the repository's own globs (`*` within, `**`
 * across folders)?
 */
export function isProtectedPath(path: string, globs: string[]): boolean {
  return alwaysProtected.some((rule) => rule.test(path)) || globs.some((glob) => globRule(glob).test(path));
}

function globRule(glob: string): RegExp {
  const source = glob
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replace(/\*\*\/|\*\*|\*|\?/g, (wild) => wildcards[wild as keyof typeof wildcards]);
  return new RegExp(`^${source}$`);
}

// Two stars and a slash stand for any folders or none, never for a part of a name.
const wildcards = { "**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]" };
