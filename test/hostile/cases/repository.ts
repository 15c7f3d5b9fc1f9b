import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { publishJob } from "../../../runner/jobs/publish.ts";
import { putTree } from "../../../runner/proof/bench.ts";
import { git } from "../../../runner/testing/repository.ts";
import { treeOf } from "../../../runner/workspace/patch.ts";
import type { HostileCase } from "../case.ts";
import { type Files, type Ground, plainFiles, refusalOf } from "../ground.ts";

/** Everything that the first jobs do with a repository: survey, checkout, a look at the files. */
async function look(ground: Ground): Promise<string | null> {
  const surveyed = await ground.survey();
  const opened = await refusalOf(async () => {
    const bench = await ground.bench();
    await putTree(bench, bench.base);
    if (
      (await treeOf(bench.workspace, bench.base)) !==
      (await bench.workspace.git(["rev-parse", `${bench.base}^{tree}`])).trim()
    )
      ground.evil.push("an untouched checkout counts as changed");
  });
  return surveyed ?? opened;
}

function committed(id: string, trick: string, harmless: string, files: Files): HostileCase {
  return {
    ...{ id, category: "repository", trick, ends: { harmless } },
    async run(ground) {
      ground.use({ ...plainFiles, ...files });
      return await look(ground);
    },
  };
}

/** A commit made by hand of entries that git's own commands would refuse; main points to it. */
function forge(ground: Ground, entries: [mode: string, path: string, content: string][]): void {
  const { store } = ground;
  const plumb = (args: string[], input: string) =>
    execFileSync("git", ["--git-dir", store, ...args], { input, encoding: "utf8" }).trim();
  const lines = entries.map(([mode, path, content]) => {
    const id = mode === "160000" ? content : plumb(["hash-object", "-w", "--stdin"], content);
    return { mode, parts: path.split("/"), id };
  });
  const tree = (rows: { mode: string; parts: string[]; id: string }[]): string => {
    const folders = new Map<string, typeof rows>();
    const out: string[] = [];
    for (const { mode, parts, id } of rows) {
      const [first = "", ...rest] = parts;
      if (rest.length === 0) out.push(`${mode} ${mode === "160000" ? "commit" : "blob"} ${id}\t${first}`);
      else folders.set(first, [...(folders.get(first) ?? []), { mode, parts: rest, id }]);
    }
    for (const [name, inner] of folders) out.push(`040000 tree ${tree(inner)}\t${name}`);
    return plumb(["mktree", "-z", "--missing"], out.map((line) => `${line}\0`).join(""));
  };
  point(ground, tree(lines));
}

function point(ground: Ground, tree: string): void {
  const commit = git(ground.store, "commit-tree", tree, "-m", "forged");
  git(ground.store, "update-ref", "refs/heads/main", commit);
  ground.repository = { ...ground.repository, base: commit };
}

/** A tree entry that only a forger can commit. */
function forged(id: string, trick: string, words: string, entry: [string, string, string]): HostileCase {
  return {
    ...{ id, category: "repository", trick, ends: { refused: words } },
    async run(ground) {
      forge(ground, [["100644", "README.md", "# Math\n"], entry]);
      return await look(ground);
    },
  };
}

const everyHook = ["pre-receive", "update", "post-receive", "post-update", "reference-transaction"];

export const repositoryCases: HostileCase[] = [
  committed(
    "submodule-commands",
    "names submodules with update = !command, ext:: and option-like addresses in .gitmodules",
    "submodules are never entered",
    {
      ".gitmodules":
        '[submodule "a"]\n\tpath = a\n\turl = ext::sh -c "touch canary"\n\tupdate = !touch canary\n' +
        '[submodule "b"]\n\tpath = b\n\turl = --upload-pack=touch canary\n',
    },
  ),
  committed(
    "attributes",
    "declares filters, merge and diff programs, ident, export-subst and another encoding for its files",
    "no program is configured, and a conversion is the same on the way out and in",
    {
      ".gitattributes":
        "*.js filter=evil diff=evil merge=evil ident export-subst\n" +
        "*.txt working-tree-encoding=UTF-16LE-BOM\n" +
        "* text eol=crlf\n",
      "a.txt": Buffer.from("\ufeffplain\n", "utf16le"),
      "id.js": "// $Id$\n",
    },
  ),
  committed(
    "committed-hooks",
    "brings hooks along in .githooks and .husky",
    "hooks are off in every clone of ours",
    {
      ".githooks/post-checkout": { executable: "#!/bin/sh\ntouch canary\n" },
      ".husky/post-checkout": { executable: "#!/bin/sh\ntouch canary\n" },
    },
  ),
  committed(
    "bare-repository-inside",
    "holds a whole bare repository with a config that runs programs",
    "git is only ever started for the workspace's own git folder",
    {
      "fixture.git/HEAD": "ref: refs/heads/main\n",
      "fixture.git/config": "[core]\n\tbare = true\n\tfsmonitor = touch canary\n",
      "fixture.git/refs/heads/.keep": "",
      "fixture.git/objects/.keep": "",
    },
  ),
  committed(
    "lfs",
    "points LFS at another server and commits a pointer",
    "no LFS filter is configured: the pointer stays a small text",
    {
      ".lfsconfig": "[lfs]\n\turl = http://127.0.0.1:9/evil\n\tcustomtransfer.x.path = touch canary\n",
      ".gitattributes": "*.bin filter=lfs diff=lfs merge=lfs -text\n",
      "a.bin": `version https://git-lfs.github.com/spec/v1\noid sha256:${"0".repeat(64)}\nsize 1\n`,
    },
  ),
  committed(
    "links-out",
    "commits links to /etc/passwd, to themselves and in a circle",
    "links are checked out as links and never followed",
    {
      passwd: { link: "/etc/passwd" },
      self: { link: "self" },
      one: { link: "two" },
      two: { link: "one" },
      up: { link: "../../../.." },
    },
  ),
  committed(
    "manifest-is-a-device",
    "commits package.json as a link to /dev/zero",
    "what is read to understand a project is read from git, not from the disk",
    { "package.json": { link: "/dev/zero" }, "AGENTS.md": { link: "/dev/zero" } },
  ),
  committed("case-twins", "commits two files that differ only in case", "each is a file of its own here", {
    "Readme.md": "one\n",
    "readme.md": "two\n",
  }),
  committed(
    "long-lines-and-names",
    "commits a line of 5 MB and a folder 60 deep",
    "texts are cut, paths are data",
    {
      "long.txt": "x".repeat(5_000_000),
      [`${"d/".repeat(60)}file.txt`]: "deep\n",
    },
  ),
  committed(
    "option-like-names",
    "commits files named like options of git and of shells",
    "names come after `--`, or by standard input",
    {
      "--upload-pack=touch canary": "a\n",
      "-rf": "b\n",
      "$(touch canary)": "c\n",
      "`touch canary`.js": "d\n",
    },
  ),
  forged("git-in-tree", "forges a tree with .git/config in it", "invalid path", [
    "100644",
    ".git/config",
    "[core]\n",
  ]),
  forged("git-in-tree-folded", "forges a tree with .GIT/hooks in it", "invalid path", [
    ...(["100755", ".GIT/hooks/post-checkout", "#!/bin/sh\ntouch canary\n"] as const),
  ]),
  forged("dots-in-tree", "forges a tree with .. in it", "invalid path", ["100644", "../escaped", "out\n"]),
  {
    ...{
      id: "gitlink",
      category: "repository",
      trick: "commits a submodule without saying where it comes from",
    },
    ends: { harmless: "it is an empty folder" },
    async run(ground) {
      forge(ground, [
        ["100644", "README.md", "# Math\n"],
        ["160000", "lib", "0123456789".repeat(4)],
      ]);
      return await look(ground);
    },
  },
  {
    ...{ id: "tree-bomb", category: "repository" },
    trick: "unfolds a few kilobytes of git to a thousand million files",
    ends: { refused: "more than 1000000 files" },
    async run(ground) {
      const input = (text: string) => ({ input: text, encoding: "utf8" as const });
      const run = (args: string[], text: string) =>
        execFileSync("git", ["--git-dir", ground.store, ...args], input(text)).trim();
      let id = run(["hash-object", "-w", "--stdin"], "bomb\n");
      let kind = "100644 blob";
      for (let level = 0; level < 30; level++) {
        id = run(["mktree"], `${kind} ${id}\ta\n${kind} ${id}\tb\n`);
        kind = "040000 tree";
      }
      point(ground, id);
      return await look(ground);
    },
  },
  {
    ...{ id: "refs-like-options", category: "repository" },
    trick: "has branches and tags named like options and like each other",
    ends: { harmless: "refs are asked for by their full names" },
    async run(ground) {
      const { store } = ground;
      const other = git(store, "commit-tree", "HEAD^{tree}", "-m", "another");
      for (const ref of [
        "refs/heads/--upload-pack=touch",
        "refs/tags/main",
        "refs/heads/-x",
        "refs/heads/HEAD",
      ])
        git(store, "update-ref", ref, other);
      git(store, "update-ref", "refs/heads/refs/heads/main", other);
      return await look(ground);
    },
  },
  {
    ...{ id: "replaced-on-the-far-side", category: "repository" },
    trick: "replaces objects on the far side (refs/replace)",
    ends: { harmless: "replacements are neither fetched nor believed" },
    async run(ground) {
      const evil = execFileSync("git", ["--git-dir", ground.store, "hash-object", "-w", "--stdin"], {
        ...{ input: "evil\n", encoding: "utf8" },
      }).trim();
      git(ground.store, "replace", git(ground.store, "rev-parse", "main:README.md"), evil);
      const bench = await ground.bench();
      if ((await bench.workspace.git(["show", "HEAD:README.md"])) !== "# Math\n")
        ground.evil.push("the replacement was read");
      return await look(ground);
    },
  },
  {
    ...{ id: "hooks-of-the-target", category: "repository" },
    trick: "prints the environment from the hooks that a push to the repository runs",
    ends: {
      harmless: "the owner's hooks run, as for every push; no secret of the runner is in their environment",
    },
    async run(ground) {
      const hooks = join(ground.store, "hooks");
      mkdirSync(hooks, { recursive: true });
      for (const hook of everyHook) {
        writeFileSync(join(hooks, hook), "#!/bin/sh\nenv >> seen.txt\nenv >&2\n");
        chmodSync(join(hooks, hook), 0o755);
      }
      const { base } = ground.repository;
      const patch = await ground.patchFor({ "README.md": "# More\n" });
      git(ground.store, "update-ref", "refs/heads/tamma/1", base);
      process.env.TAMMA_CANARY_TOKEN = ground.secret;
      try {
        const spec = {
          kind: "publish",
          branch: "tamma/1",
          expectedHead: base,
          patch,
          secondParent: null,
        } as const;
        const answer = await publishJob({ ...spec, message: "More" }, ground.context());
        if (answer.outcome !== "done") return JSON.stringify(answer);
      } finally {
        delete process.env.TAMMA_CANARY_TOKEN;
      }
      const seen = execFileSync("cat", [join(ground.store, "seen.txt")], { encoding: "utf8" });
      if (seen.includes(ground.secret)) ground.evil.push("a hook saw the runner's secret");
      return null;
    },
  },
];
