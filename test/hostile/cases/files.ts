import { linkSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { putTree } from "../../../runner/proof/bench.ts";
import { patchOf, treeOf } from "../../../runner/workspace/patch.ts";
import type { HostileCase } from "../case.ts";
import { type Ground, plainFiles, refusalOf } from "../ground.ts";

/** What the agent's tools do with files that a command (or nobody) has exchanged beneath them. */
function tools(
  id: string,
  trick: string,
  words: string,
  exchange: (root: string, outside: string) => void,
  [name, input]: [string, object],
): HostileCase {
  return {
    ...{ id, category: "files", trick, ends: { refused: words } },
    async run(ground) {
      const desk = await ground.desk();
      exchange(desk.root, ground.outside);
      return await ground.tool(desk, name, input);
    },
  };
}

/** A project whose report file is what `line` makes of it. */
async function reported(ground: Ground, line: string): Promise<string | null> {
  const config = `test: ${JSON.stringify(line)}\ntest-report: junit\ntest-report-file: report.xml\n`;
  ground.use({ ...plainFiles, ".tamma.yml": config });
  const patch = await ground.patchFor({ "README.md": "# More\n" });
  return (await ground.verify({ patch, needsTests: false, parts: ["test"] })).words;
}

const write = (path: string) => ["write_file", { path, content: "evil\n" }] as [string, object];
const read = (path: string) => ["read_file", { path }] as [string, object];

export const fileCases: HostileCase[] = [
  tools(
    "read-through-link",
    "reads a user's file through a link",
    "leads out of the repository",
    (root, outside) => symlinkSync(join(outside, "secret.txt"), join(root, "notes.txt")),
    read("notes.txt"),
  ),
  tools(
    "read-through-folder",
    "reads it through a folder that is a link",
    "leads out of the repository",
    (root, outside) => symlinkSync(outside, join(root, "notes")),
    read("notes/secret.txt"),
  ),
  tools(
    "write-through-link",
    "writes into .bashrc through a link",
    "leads out of the repository",
    (root, outside) => symlinkSync(join(outside, ".bashrc"), join(root, "notes.txt")),
    write("notes.txt"),
  ),
  tools(
    "write-through-folder",
    "writes a new file through a folder that is a link",
    "leads out of the repository",
    (root, outside) => symlinkSync(outside, join(root, "notes")),
    write("notes/authorized_keys"),
  ),
  tools(
    "write-through-dangling",
    "writes through a link to a file that is not there yet",
    "link to nowhere",
    (root, outside) => symlinkSync(join(outside, "canary"), join(root, "notes.txt")),
    write("notes.txt"),
  ),
  tools(
    "git-through-link",
    "writes a hook through a link to .git/hooks",
    "git's own folder",
    (root) => symlinkSync(".git", join(root, "notes")),
    write("notes/hooks/post-checkout"),
  ),
  tools(
    "diff-through-link",
    "applies a diff beneath a folder that is a link",
    "leads out of the repository",
    (root, outside) => symlinkSync(outside, join(root, "notes")),
    [
      ...(["apply_patch"] as const),
      {
        diff:
          "diff --git a/notes/x b/notes/x\nnew file mode 100644\n--- /dev/null\n+++ " +
          "b/notes/x\n@@ -0,0 +1 @@\n+evil\n",
      },
    ],
  ),
  tools(
    "device",
    "reads /dev/zero through a link, which has no end",
    "leads out of the repository",
    (root) => symlinkSync("/dev/zero", join(root, "zero.txt")),
    read("zero.txt"),
  ),
  tools(
    "huge-file",
    "reads a file of 5 GB that takes no space",
    "has 5000000000 bytes",
    (root) => {
      writeFileSync(join(root, "huge.txt"), "");
      truncateSync(join(root, "huge.txt"), 5_000_000_000);
    },
    read("huge.txt"),
  ),
  {
    ...{
      id: "hard-link",
      category: "files",
      trick: "writes into a user's file that has a second name in the workspace",
    },
    ends: { harmless: "a file is written anew and takes the old one's place" },
    async run(ground) {
      const desk = await ground.desk();
      linkSync(join(ground.outside, ".bashrc"), join(desk.root, "notes.txt"));
      return await ground.tool(desk, "write_file", { path: "notes.txt", content: "evil\n" });
    },
  },
  {
    ...{ id: "pipe-read", category: "files", trick: "reads a pipe into which nobody writes" },
    ends: { refused: "is no plain file" },
    async run(ground) {
      const desk = await ground.desk();
      await ground.command({ ...(await ground.bench()), ...desk }, "mkfifo notes.txt");
      return await ground.tool(desk, "read_file", { path: "notes.txt" });
    },
  },
  {
    ...{ id: "pipe-write", category: "files", trick: "writes into a pipe from which nobody reads" },
    ends: { refused: "is no plain file" },
    async run(ground) {
      const desk = await ground.desk();
      await ground.command({ ...(await ground.bench()), ...desk }, "mkfifo notes.txt");
      return await ground.tool(desk, "write_file", { path: "notes.txt", content: "evil\n" });
    },
  },
  {
    ...{ id: "search-through-folder", category: "files" },
    trick: "replaces a tracked folder by a link to the user's, and searches in it",
    ends: { refused: "no match" },
    async run(ground) {
      ground.use({ ...plainFiles, "notes/secret.txt": "nothing\n" });
      const desk = await ground.desk();
      await ground.command({ ...(await ground.bench()), ...desk }, 'rm -r notes && ln -s "$OUTSIDE" notes');
      const { useTool } = await import("../../../runner/agent/tools.ts");
      const { text } = await useTool(desk, { name: "search", input: { pattern: "canary", path: "." } });
      if (text.includes(ground.secret)) ground.evil.push("the secret was found");
      return text;
    },
  },
  {
    ...{
      id: "special-files",
      category: "files",
      trick: "fills the workspace with pipes and sockets before a patch is made",
    },
    ends: { harmless: "git looks at plain files and links only" },
    run: (ground) =>
      ground.afterCommand(
        'mkfifo a.pipe src/b.pipe && node -e \'require("net").createServer().listen("s.sock", ' +
          "() => process.exit())'",
      ),
  },
  {
    ...{ id: "huge-patch", category: "files", trick: "leaves a new file of 5 GB that takes no space" },
    ends: { refused: "more than the 10000000 that a change may have" },
    run: (ground) => ground.afterCommand("truncate -s 5G huge.bin"),
  },
  {
    ...{ id: "many-files", category: "files", trick: "leaves 6,000 new files" },
    ends: { refused: "There are 6000 new files" },
    run: (ground) => ground.afterCommand("mkdir many && cd many && seq 6000 | xargs touch"),
  },
  {
    ...{
      id: "repository-inside",
      category: "files",
      trick: "makes a repository of its own, with a commit, in the workspace",
    },
    ends: { refused: "submodules are not changed by a loop" },
    async run(ground) {
      const bench = await ground.bench();
      await ground.command(
        bench,
        "git init -q inner && git -C inner -c user.name=a -c user.email=a@b.test " +
          "commit -q --allow-empty -m x",
      );
      const { patchProblems } = await import("@tamma/core/domain/loop/patch-rules.ts");
      const patch = await patchOf(bench.workspace, bench.base, { putBlob: bench.context.putBlob });
      return patchProblems(patch, bench.base).join("; ") || null;
    },
  },
  {
    ...{ id: "run-leaves-repository", category: "files" },
    trick: "a test run leaves a repository of its own in the workspace",
    ends: { harmless: "what a run leaves behind is removed, folders too" },
    async run(ground) {
      const leave =
        "git init -q inner && git -C inner -c user.name=a -c user.email=a@b.test " +
        "commit -q --allow-empty -m x";
      ground.use({ ...plainFiles, ".tamma.yml": `build: ${JSON.stringify(leave)}\n` });
      const desk = await ground.desk();
      const refused = await ground.tool(desk, "run", { command: "build" });
      if (
        (await treeOf(desk.workspace, ground.repository.base)) !==
        (await desk.workspace.git(["rev-parse", "HEAD^{tree}"])).trim()
      )
        ground.evil.push("it became part of the change");
      return refused;
    },
  },
  {
    ...{
      id: "report-is-link",
      category: "files",
      trick: "makes the report of the tests a link to a user's file",
    },
    ends: { harmless: "a report is read as a plain file inside of the workspace, or not at all" },
    run: (ground) =>
      reported(ground, `ln -s ${JSON.stringify(join(ground.outside, "secret.txt"))} report.xml`),
  },
  {
    ...{
      id: "report-is-endless",
      category: "files",
      trick: "makes the report of the tests a pipe, or a link to /dev/zero",
    },
    ends: { harmless: "neither is opened for longer than a look" },
    run: async (ground) =>
      (await reported(ground, "mkfifo report.xml")) ?? (await reported(ground, "ln -s /dev/zero report.xml")),
  },
  {
    ...{ id: "report-folder-is-link", category: "files" },
    trick: "leads the folder of the report elsewhere, so that the old report is deleted there",
    ends: { harmless: "nothing is removed where a folder leads out of the workspace" },
    async run(ground) {
      const away = `ln -sfn ${JSON.stringify(ground.outside)} out`;
      const config = `test: ${JSON.stringify(away)}\ntest-report: junit\ntest-report-file: out/secret.txt\n`;
      ground.use({ ...plainFiles, ".tamma.yml": config, ".gitignore": "out\n" });
      const patch = await ground.patchFor({ "README.md": "# More\n" });
      // The second run would remove the report of the first.
      return (await ground.verify({ patch, needsTests: false, parts: ["test", "ci"] })).words;
    },
  },
  {
    ...{
      id: "clean-through-link",
      category: "files",
      trick: "leaves a link to the user's folder where the job cleans up",
    },
    ends: { harmless: "a link is removed, never followed" },
    run: (ground) => ground.afterCommand('ln -s "$OUTSIDE" loot && mkdir deep && ln -s "$OUTSIDE" deep/loot'),
  },
  {
    ...{ id: "install-script-edits", category: "files" },
    trick: "an install script rewrites the project's sources before they are tested",
    ends: { refused: "the real source" },
    async run(ground) {
      const setup = "echo 'console.error(\"another source\")' > src/check.js";
      ground.use({
        ...plainFiles,
        "src/check.js": 'console.error("the real source"); process.exit(1);\n',
        ".tamma.yml": `setup: ${JSON.stringify(setup)}\nbuild: node src/check.js\n`,
      });
      const patch = await ground.patchFor({ "README.md": "# More\n" });
      return (await ground.verify({ patch, needsTests: false, parts: ["build"] })).words;
    },
  },
  {
    ...{ id: "edit-after-green", category: "files" },
    trick: "edits the workspace after the tests have passed, before it is published",
    ends: { harmless: "what is published is the patch that was proven, in a fresh clone" },
    async run(ground) {
      const bench = await ground.bench();
      await putTree(bench, bench.base);
      const tree = await treeOf(bench.workspace, bench.base);
      const patch = await ground.patchFor({ "README.md": "# Proven\n" });
      await ground.command(bench, "echo evil > README.md; echo evil > src/math.js");
      const { treeOfPatch } = await import("../../../runner/workspace/apply.ts");
      const published = await treeOfPatch(bench.workspace, patch, bench.context.getBlob);
      if (published !== patch.tree || tree === published) ground.evil.push("another tree would be published");
      return await refusalOf(async () => {
        if (readFileSync(join(bench.root, "README.md"), "utf8") !== "evil\n")
          throw new Error("the trap failed");
      });
    },
  },
];
