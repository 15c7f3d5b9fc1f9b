import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { startEngineer } from "../sample/start-engineer.ts";
import { printed, projectNode, root, startProcess } from "./processes.ts";

const folder = mkdtempSync(join(tmpdir(), "tamma-installation-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const state = join(folder, "state");

/** One command line to its end. */
async function tamma(...args: string[]) {
  const child = spawn(projectNode, [join(root, "cli/main.ts"), "--state", state, ...args], { cwd: folder });
  let [out, err] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    out += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    err += text;
  });
  const [code] = (await once(child, "close")) as [number | null];
  return { code, out, err };
}

test("the command line alone starts and ends a server, enrols a runner and revokes it", async () => {
  await using engineer = await startEngineer();
  const args = ["cli/main.ts", "--state", state, "serve", "--port", "0", "--json"];
  const provider = ["--provider-url", engineer.url, "--provider-model", "scripted"];
  const serving = startProcess([...args, ...provider], { ANTHROPIC_API_KEY: "any" });
  await printed(serving, /"kind":"serving","url":"http/);

  const key = join(folder, "runner.key");
  const enrolled = await tamma("runners", "enroll", "--key", key, "--name", "desk");
  expect([enrolled.code, enrolled.out, enrolled.err]).toEqual([
    0,
    expect.stringContaining("enrolled r-"),
    "",
  ]);
  const runner = startProcess(["runner/main.ts", "serve", "--key", key, "--work", join(folder, "work")]);
  const alive = async () => JSON.parse((await tamma("runners", "list", "--json")).out).runners[0];
  await expect.poll(async () => (await alive()).seenAt, { timeout: 30_000 }).not.toBeNull();

  const look = await tamma("doctor", "--json");
  const { findings, faults } = JSON.parse(look.out);
  expect([look.code, faults], look.out).toEqual([0, 0]);
  const says = (what: string) => findings.find((one: { what: string }) => one.what === what)?.says;
  expect(says("provider")).toContain("scripted by hand, no model was called");
  expect(says("runner desk")).toMatch(/seen .* ago, (jobs run behind|only process limits)/);

  expect((await tamma("runners", "revoke", "desk")).code).toBe(0);
  expect((await alive()).revokedAt).not.toBeNull();
  const again = await tamma("runners", "enroll", "--key", key);
  expect([again.code, again.err]).toEqual([1, expect.stringContaining("was revoked")]);
  await runner.stop();

  expect((await tamma("logs", "--server-log")).out).toMatch(/info +listening/);
  expect(await serving.stop("SIGINT"), serving.output()).toBe(0);
  expect(existsSync(join(state, "server.json"))).toBe(false);
  expect((await tamma("doctor")).code).toBe(1);
});

test("a command is recorded, and runs again from its tape without the provider", async () => {
  const file = join(folder, "a.tape.jsonl");
  const asks = `fetch(process.env.ANTHROPIC_BASE_URL + "/v1/models/scripted").then((answer) => answer.text())
    .then((text) => { console.error(text); process.exit(text.includes("Scripted") ? 0 : 9); })`;
  const command = ["--", projectNode, "-e", asks];
  const engineer = await startEngineer();
  const recorded = await tamma("tape", "record", file, "--upstream", engineer.url, ...command);
  expect([recorded.code, recorded.out], recorded.err).toEqual([
    0,
    "1 taped, 0 left, 0 recorded, 1 scripted\n",
  ]);
  expect(readFileSync(file, "utf8").split("\n")[0]).toContain('"kind":"tape"');
  await engineer[Symbol.asyncDispose]();

  const replayed = await tamma("tape", "replay", file, ...command);
  expect([replayed.code, replayed.out], replayed.err).toEqual([0, expect.stringContaining("1 served")]);
  const failing = await tamma("tape", "replay", file, "--", projectNode, "-e", "process.exit(7)");
  expect([failing.code, failing.out]).toEqual([7, expect.stringContaining("1 unused")]);
});
