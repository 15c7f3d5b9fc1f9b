import { execFileSync, spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { sshCommand } from "./ssh-command.ts";

const hasSsh = spawnSync("ssh", ["-V"]).error === undefined;

/** What ssh makes of a command, by its own reading; of several files of keys the first. */
function optionsOf(command: string): Record<string, string> {
  const printed = execFileSync("sh", ["-c", `${command} -F /dev/null -G example.test`], {
    encoding: "utf8",
    // It remarks that the key of this test is not there.
    stdio: ["ignore", "pipe", "ignore"],
  });
  const pairs = printed.split("\n").map((line) => line.split(/ (.*)/s) as [string, string]);
  return Object.fromEntries(pairs.reverse());
}

const strict = { batchmode: "yes", stricthostkeychecking: "true" };

test.skipIf(!hasSsh)("host keys are checked and nothing is asked, whoever says otherwise", () => {
  expect(optionsOf(sshCommand(undefined))).toMatchObject({ ...strict, connecttimeout: "20" });
  const loose =
    "ssh -o StrictHostKeyChecking=no -oBatchMode=no -o ConnectTimeout=90 -p 2222 -i '/dev/null' -l m";
  expect(optionsOf(sshCommand(loose))).toMatchObject({
    ...{ ...strict, connecttimeout: "90", port: "2222", identityfile: "/dev/null", user: "m" },
  });
});

test("the user's ssh is started by its own name, quoted or not", () => {
  expect(sshCommand('"/opt/my tools/ssh" -v')).toMatch(/^"\/opt\/my tools\/ssh" -o BatchMode=yes .* -v -o/);
  expect(sshCommand("  ")).toMatch(/^ssh /);
});

test("another program stays as it is", () => {
  for (const own of ["plink -batch", "/usr/bin/env A=1 ssh", "tsh ssh"]) expect(sshCommand(own)).toBe(own);
});
