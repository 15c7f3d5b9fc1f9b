import { expect, test } from "vitest";
import { calcRepository, calcScript, git, title } from "./calc.ts";
import { openStage } from "./stage.ts";

/** A project that no detection knows: shell, with its commands in `.tamma.yml`. */
const project: Record<string, string> = {
  "package.json": "",
  ".tamma.yml": `build: sh -n src/calc.sh
test: for file in test/*.sh; do sh "$file" || exit 1; done
test-one: for file in {files}; do sh "$file" || exit 1; done
test-report: exit-code
test-files: ["test/*.sh"]
`,
  "src/calc.sh": "add() { echo $(($1 + $2)); }\n",
  "test/add.sh": '. ./src/calc.sh\n[ "$(add 1 2)" = 3 ] || { echo "add: expected 3"; exit 1; }\n',
};
const red = {
  path: "test/multiply.sh",
  content: '. ./src/calc.sh\n[ "$(multiply 3 4)" = 12 ] || { echo "multiply: expected 12"; exit 1; }\n',
};
const green = {
  path: "src/calc.sh",
  content: `${project["src/calc.sh"]}multiply() { echo $(($1 * $2)); }\n`,
};

test("a project in another language goes to a merge by the commands of its .tamma.yml", async () => {
  await using stage = await openStage({
    script: calcScript({ develop: { "1": { attempts: [{ red: [red], green: [green] }] } } }),
    repository: (folder) => {
      calcRepository(folder, project);
      git(
        folder,
        "rm",
        "--quiet",
        "package.json",
        "build.mjs",
        "src/calc.js",
        "test/calc.test.js",
        "test/trap.test.js",
      );
      git(folder, "commit", "--quiet", "-m", "Only shell is left");
    },
  });
  const loop = await stage.start(title);
  const end = await stage.approveAll(loop);
  expect(end.word).toBe("merged");
  expect(end.proofs.map((proof) => proof.kind)).toEqual([
    "red",
    "green",
    "build",
    "test",
    "scan",
    "ci",
    "ci",
  ]);
  expect(git(stage.repository, "show", "main:src/calc.sh")).toContain("multiply");
});
