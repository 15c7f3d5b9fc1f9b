import { join } from "node:path";
import { switchTo } from "../../../runner/proof/tree-files.ts";
import { diffOf, treeOf } from "../../../runner/workspace/patch.ts";
import { remoteHead } from "../../../runner/workspace/push.ts";
import type { HostileCase } from "../case.ts";
import { plainFiles, testOf } from "../ground.ts";

const putBack = "the config is put back before every git of ours";

/** A setting of git that runs a program, written by a command of the project. */
function setting(id: string, what: string, lines: string[], look: string[][] = []): HostileCase {
  return {
    ...{ id: `config-${id}`, category: "git", trick: `writes ${what} into .git/config` },
    ends: { harmless: putBack },
    run: (ground) =>
      ground.afterCommand(lines.join(" && "), async ({ workspace }) => {
        for (const args of look) await workspace.git(args, { allowFailure: true });
      }),
  };
}

const set = (key: string, value: string) => `git config ${key} "${value.replaceAll('"', '\\"')}"`;
const touch = 'touch "$CANARY"';

export const gitFolderCases: HostileCase[] = [
  setting("filter", "a clean and a smudge filter and their attributes", [
    set("filter.evil.clean", `${touch}; cat`),
    set("filter.evil.smudge", `${touch}; cat`),
    set("filter.evil.process", touch),
    "mkdir -p .git/info",
    "echo '* filter=evil' > .git/info/attributes",
    "echo changed >> README.md",
  ]),
  setting("fsmonitor", "core.fsmonitor", [set("core.fsmonitor", touch)]),
  setting("diff", "diff.external, textconv and a pager", [
    ...[set("diff.external", touch), set("diff.evil.textconv", `${touch}; cat`), set("core.pager", touch)],
    ...["mkdir -p .git/info", "echo '* diff=evil' > .git/info/attributes", "echo changed >> README.md"],
  ]),
  setting("hooks", "core.hooksPath, and hooks into .git/hooks", [
    ...["mkdir -p hooks .git/hooks", `printf '#!/bin/sh\\ntouch "$CANARY"\\n' > hooks/post-checkout`],
    "chmod +x hooks/post-checkout",
    "for hook in post-index-change post-checkout pre-commit reference-transaction;" +
      " do cp hooks/post-checkout .git/hooks/$hook; cp hooks/post-checkout hooks/$hook;" +
      " done",
    set("core.hooksPath", "hooks"),
  ]),
  setting("ssh-and-helper", "core.sshCommand, credential.helper, gpg.program and log.showSignature", [
    ...[set("core.sshCommand", touch), set("credential.helper", `!${touch}`), set("gpg.program", touch)],
    "git config log.showSignature true",
  ]),
  setting("include", "include.path to a file with a filter", [
    `printf '[core]\\n\\tfsmonitor = touch "%s"\\n' "$CANARY" > evil.inc`,
    "git config include.path ../evil.inc",
  ]),
  setting(
    "merge-driver",
    "a merge driver and its attributes",
    [set("merge.evil.driver", touch), "mkdir -p .git/info", "echo '* merge=evil' > .git/info/attributes"],
    [["merge-tree", "--write-tree", "HEAD", "HEAD"]],
  ),
  setting("alias", "aliases of git's own commands", [
    set("alias.status", `!${touch}`),
    set("alias.diff", `!${touch}`),
  ]),
  setting(
    "uploadpack",
    "a program for the far side of a fetch",
    [set("remote.origin.uploadpack", touch), set("remote.origin.receivepack", touch)],
    [["ls-remote", "origin"]],
  ),
  {
    ...{ id: "config-instead-of", category: "git" },
    trick: "redirects the origin to another repository by url.insteadOf and pushInsteadOf",
    ends: { harmless: putBack },
    run: (ground) =>
      ground.afterCommand(
        "git init -q --bare ../trap.git && for key in insteadOf pushInsteadOf; " +
          'do git config "url.$PWD/../trap.git.$key" "$(git remote get-url origin)";' +
          " done",
        async ({ workspace, base }) => {
          if ((await remoteHead(workspace, "main")) !== base)
            ground.evil.push("another repository was asked");
        },
      ),
  },
  {
    ...{ id: "config-pipe", category: "git", trick: "puts a pipe in place of .git/config, which never ends" },
    ends: { harmless: "what is no plain file is replaced without being opened" },
    run: (ground) => ground.afterCommand("rm .git/config && mkfifo .git/config"),
  },
  {
    ...{ id: "index-pipe", category: "git", trick: "puts a pipe in place of the index" },
    ends: { refused: "was replaced while the job ran" },
    run: (ground) => ground.afterCommand("rm .git/index && mkfifo .git/index"),
  },
  {
    ...{ id: "git-swapped", category: "git", trick: "swaps .git for a file that names another repository" },
    ends: { refused: "was replaced while the job ran" },
    run: (ground) => ground.afterCommand("mv .git ../real && printf 'gitdir: %s\\n' \"$PWD/../real\" > .git"),
  },
  {
    ...{
      id: "common-folder",
      category: "git",
      trick: "leads git to another config by commondir and config.worktree",
    },
    ends: { harmless: "both files are removed before every git of ours" },
    run: (ground) =>
      ground.afterCommand(
        `cp -r .git ../other && git --git-dir ../other config core.fsmonitor 'touch ` +
          `"$CANARY"' && echo "$PWD/../other" > .git/commondir && cp ../other/config ` +
          `.git/config.worktree`,
      ),
  },
  {
    ...{ id: "locks-left", category: "git", trick: "leaves index.lock and config.lock behind" },
    ends: { harmless: "every look of ours has an index of its own" },
    run: (ground) => ground.afterCommand("touch .git/index.lock .git/config.lock"),
  },
  {
    ...{ id: "grafts-and-replacements", category: "git" },
    trick: "shows another history and other content by grafts and refs/replace",
    ends: { harmless: "replacements are off, grafts are removed" },
    run: (ground) =>
      ground.afterCommand(
        "blob=$(echo evil | git hash-object -w --stdin) && git replace -f $(git " +
          "rev-parse HEAD:README.md) $blob && mkdir -p .git/info && git rev-parse " +
          "HEAD > .git/info/grafts",
        async ({ workspace, base }) => {
          if ((await workspace.git(["show", `${base}:README.md`])) !== plainFiles["README.md"])
            ground.evil.push("git showed other content");
        },
      ),
  },
  {
    ...{ id: "attributes-hide-text", category: "git" },
    trick: "declares text binary in .git/info/attributes, so that the secret it adds is not scanned",
    ends: { refused: "looks like a secret" },
    async run(ground) {
      const hide = "mkdir -p .git/info && echo '* -diff' > .git/info/attributes";
      ground.use({ ...plainFiles, ".tamma.yml": `build: ${JSON.stringify(hide)}\n` });
      const key = ["AKIA", "IOSFODNN7QJ2KLMP"].join("");
      const patch = await ground.patchFor({ "README.md": `# Math\n${key}\n`, ".gitattributes": "* -diff\n" });
      return (await ground.verify({ patch, needsTests: false, parts: ["build", "scan"] })).words;
    },
  },
  {
    ...{ id: "index-says-unchanged", category: "git" },
    trick: "rewrites a file and marks it as unchanged in the index (skip-worktree, assume-unchanged)",
    ends: { harmless: "the files themselves are compared, with an index of our own" },
    run: (ground) =>
      ground.afterCommand(
        "git update-index --skip-worktree README.md && git update-index --assume-unchanged " +
          "src/math.js && echo evil > README.md && echo evil > src/math.js",
        async (bench) => {
          const changed = Buffer.from(
            await diffOf(bench.workspace, bench.base, await treeOf(bench.workspace, bench.base)),
          );
          if (!changed.includes("+evil")) ground.evil.push("the change was not seen");
          await switchTo(bench.workspace, bench.base, bench.base);
          const seen = await ground.command(bench, "cat README.md src/math.js");
          if (seen.stdout.includes("evil")) ground.evil.push("the rewritten file stayed");
        },
      ),
  },
  {
    ...{ id: "red-test-rewrites-itself", category: "git" },
    trick: "a failing test rewrites itself to pass and hides that in the index before green is run",
    ends: { refused: "1 new tests fail" },
    async run(ground) {
      const cheat =
        "const { execSync } = require('node:child_process'); execSync('git update-index " +
        "--skip-worktree test/sub.test.js');" +
        'require(\'node:fs\').writeFileSync(__filename, \'require("node:test").test("subtracts", ' +
        "() => {})');";
      const test = testOf("subtracts", `${cheat} assert.equal(math.sub(3, 2), 1);`);
      const patch = await ground.patchFor({
        "test/sub.test.js": test,
        // The code is as wrong as before.
        "src/math.js": `${plainFiles["src/math.js"]}exports.sub = () => 7;\n`,
      });
      return (await ground.verify({ patch, parts: ["red", "green"] })).words;
    },
  },
  {
    ...{ id: "objects-exchanged", category: "git" },
    trick: "puts another pack before git's own, so that a file reads otherwise than it is published",
    ends: { refused: "changed git's own objects" },
    run: (ground) =>
      ground.afterCommand(
        "git commit -q --allow-empty -m x 2>/dev/null; git repack -q -a -d",
        async () => {},
      ),
  },
  {
    ...{ id: "object-overwritten", category: "git", trick: "overwrites an object in place, times included" },
    ends: { refused: "changed git's own objects" },
    run: (ground) =>
      ground.afterCommand(
        "for pack in .git/objects/pack/*.pack; do chmod u+w $pack; touch -r $pack " +
          "../time; printf X | dd of=$pack bs=1 seek=20 conv=notrunc 2>/dev/null;" +
          " touch -r ../time $pack; done",
      ),
  },
  {
    ...{
      id: "alternates",
      category: "git",
      trick: "lends objects from elsewhere by objects/info/alternates",
    },
    ends: { harmless: "the file is removed, and new files beside the packs are refused" },
    run: (ground) =>
      ground.afterCommand(
        'mkdir -p .git/objects/info && printf "%s\\n" "$PWD/../evil/objects" > .git/objects/info/alternates',
      ),
  },
  {
    ...{ id: "path-entry", category: "git" },
    trick:
      "leaves a program `git` in the workspace, while the runner's PATH has an empty and a relative entry",
    ends: { harmless: "git is started with the absolute entries of the PATH alone" },
    async run(ground) {
      const before = process.env.PATH;
      const bench = await ground.bench();
      await ground.command(
        bench,
        `printf '#!/bin/sh\\ntouch "$CANARY"\\n' > git && chmod +x git && mkdir -p bin && cp git bin/git`,
      );
      process.env.PATH = `:.:bin:${before}`;
      try {
        await treeOf(bench.workspace, bench.base);
      } finally {
        process.env.PATH = before;
      }
      return null;
    },
  },
  {
    ...{ id: "login-in-address", category: "git" },
    trick: "reads name and password of the repository's address from .git/config",
    ends: { harmless: "the login is in no file: git gets it by its environment" },
    async run(ground) {
      const login = `http://user:${ground.secret}@127.0.0.1:9/none.git`;
      const { cloneAt } = await import("../../../runner/workspace/clone.ts");
      const context = ground.context();
      const folder = join(context.folder, "clone");
      // Nobody listens there, and nobody is waited for.
      const options = { unreachableMs: 0 };
      const cloning = cloneAt(login, { branch: "main" }, folder, options);
      const failed = await cloning.catch((error: Error) => error.message);
      const { stdout } = await context.commands.shell("cat clone/.git/config 2>&1; true", {
        ...{ cwd: context.folder, timeoutMs: 10_000 },
      });
      if (`${failed}${stdout}`.includes(ground.secret)) ground.evil.push("the password was shown");
      return null;
    },
  },
];
