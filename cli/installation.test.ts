import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Runner } from "@tamma/core/protocol/rest.ts";
import { afterEach, beforeEach, expect, test } from "vitest";
import { cli } from "./testing/cli.ts";
import { type SmallServer, startSmallServer, token } from "./testing/small-server.ts";

let server: SmallServer;
let cwd: string;
let state: string;
beforeEach(async () => {
  server = await startSmallServer();
  server.server.now = 0;
  cwd = mkdtempSync(join(tmpdir(), "tamma-cli-"));
  state = join(cwd, "state");
  mkdirSync(state, { mode: 0o700 });
  writeFileSync(join(state, "token"), token, { mode: 0o600 });
  writeFileSync(join(state, "server.json"), JSON.stringify({ url: server.url }), { mode: 0o600 });
  server.runners = [runner({})];
});
afterEach(async () => {
  await server.close();
  rmSync(cwd, { recursive: true, force: true });
});

function runner(change: Partial<Runner>): Runner {
  const times = { enrolledAt: 1, seenAt: Date.now(), revokedAt: null };
  const about = { labels: ["linux"], tools: { node: "24.1.0", sandbox: "bubblewrap" } };
  return { id: "r-1", name: "desk", ...times, ...about, ...change };
}

async function run(...args: string[]) {
  const started = cli(server, ["--state", state, ...args], {
    cwd,
    env: { PATH: process.env.PATH },
    patienceMs: 300,
  });
  return { code: await started.code, out: started.out(), err: started.err() };
}

interface Report {
  ok: boolean;
  findings: { what: string; state: string; says: string; todo: string | null }[];
}

async function doctor() {
  const { code, out } = await run("doctor", "--json");
  const report = JSON.parse(out) as Report;
  return { code, of: (what: string) => report.findings.filter((finding) => finding.what === what), report };
}

test("doctor finds nothing wrong where nothing is", async () => {
  const { code, report, of } = await doctor();
  expect(report.findings.filter(({ state }) => state === "fault").map(({ what }) => what)).toEqual([
    // The small server's repository is a made-up one.
    "repository sample",
  ]);
  expect(code).toBe(1);
  for (const what of [
    "Node",
    "git",
    "state folder",
    "disk",
    "server",
    "token",
    "clock",
    "database",
    "provider",
  ])
    expect([what, of(what)[0]?.state]).toEqual([what, "ok"]);
  expect(of("runner desk")[0]?.says).toContain("bubblewrap");
});

test.each<[string, () => void, string, string, RegExp]>([
  [
    "a server of another version",
    () => {
      server.server.version = "9.9.9";
    },
    "server",
    "warning",
    /9\.9\.9/,
  ],
  [
    "a clock that is minutes off",
    () => {
      server.server.now = Date.now() - 300_000;
    },
    "clock",
    "fault",
    /behind/,
  ],
  [
    "a clock that is seconds off",
    () => {
      server.server.now = Date.now() + 20_000;
    },
    "clock",
    "warning",
    /ahead/,
  ],
  [
    "a token that others can read",
    () => chmodSync(join(state, "token"), 0o644),
    "state folder",
    "fault",
    /token/,
  ],
  [
    "a state folder that others can enter",
    () => chmodSync(state, 0o755),
    "state folder",
    "fault",
    /others can read/,
  ],
  [
    "data without its key",
    () => {
      mkdirSync(join(state, "do"));
      writeFileSync(join(state, "do/x"), "");
    },
    "master key",
    "fault",
    /no master\.key/,
  ],
  ["a wrong token", () => writeFileSync(join(state, "token"), "wrong"), "token", "fault", /wrong/],
  ["no server", () => rmSync(join(state, "server.json")), "server", "fault", /no server runs/],
  [
    "a provider that refuses the key",
    () => {
      server.provider.problem = { kind: "auth", message: "invalid key" };
    },
    "provider",
    "fault",
    /invalid key/,
  ],
  [
    "a database that does not answer",
    () => {
      server.health.parts.database = "does not answer";
    },
    "database",
    "warning",
    /does not answer/,
  ],
  [
    "objects that do not answer",
    () => {
      server.health.parts.objects = "does not answer";
    },
    "objects",
    "fault",
    /does not answer/,
  ],
  [
    "no runner",
    () => {
      server.runners = [];
    },
    "runners",
    "warning",
    /none is enrolled/,
  ],
  [
    "only revoked runners",
    () => {
      server.runners = [runner({ revokedAt: 5 })];
    },
    "runners",
    "warning",
    /none is enrolled/,
  ],
  [
    "a runner that is gone",
    () => {
      server.runners = [runner({ seenAt: 5 })];
    },
    "runners",
    "warning",
    /none asks/,
  ],
  [
    "a runner without walls",
    () => {
      server.runners = [runner({ tools: { sandbox: "process-limits" } })];
    },
    "runner desk",
    "warning",
    /only process limits/,
  ],
])("doctor names %s and what to do", async (_title, spoil, what, state, says) => {
  spoil();
  const { code, of } = await doctor();
  const [finding] = of(what).filter((one) => one.state === state);
  expect(finding?.says).toMatch(says);
  expect(finding?.todo?.length).toBeGreaterThan(5);
  if (state === "fault") expect(code).toBe(1);
});

test("for people doctor says each finding in a line, with the next thing to do below it", async () => {
  server.runners = [];
  const { out, code } = await run("doctor");
  expect(code).toBe(1);
  expect(out).toMatch(/\+ ok {6,}git: \d+/);
  expect(out).toMatch(/~ warning {2}runners: none is enrolled.*\n +`tamma runners enroll --key FILE`/);
  expect(out).toMatch(/1 fault, 1 warning\n$/);
});

test("config list shows every value with where it comes from", async () => {
  server.settings = {
    settings: [
      { key: "test", value: "make test", from: "set" },
      { key: "slots", value: 1, from: "default" },
      { key: "build", value: null, from: "detected" },
    ],
    source: { by: "branch", at: 0 },
  };
  const { code, out } = await run("config", "list");
  expect(code).toBe(0);
  expect(out).toMatch(/test +make test +\.tamma\.yml on main/);
  expect(out).toMatch(/slots +1 +default/);
  expect(out).toMatch(/build +- +found out from the project/);
  expect((await run("config", "list", "other")).code).toBe(2);
});

test("config check reads a file as a loop would, and names the line that is wrong", async () => {
  writeFileSync(join(cwd, ".tamma.yml"), "test: make test\nslots: 2\n");
  expect(await run("config", "check")).toMatchObject({
    code: 0,
    out: expect.stringContaining("sets test, slots"),
  });
  writeFileSync(join(cwd, "bad.yml"), "test: make\nslotz: 2\n");
  const bad = await run("config", "check", "bad.yml");
  expect([bad.code, bad.out]).toEqual([1, expect.stringContaining("bad.yml line 2: slotz: unknown field")]);
  expect((await run("config", "check", "absent")).code).toBe(2);
});

test("runners are listed with what protects their machine, enrolled by public key, and revoked", async () => {
  server.runners.push(runner({ id: "r-2", name: "old", revokedAt: 3 }));
  const { out } = await run("runners", "list");
  expect(out).toMatch(/r-1 {2}desk {2}seen .* ago {2}bubblewrap {2}linux {2}node 24/);
  expect(out).toMatch(/r-2 {2}old {2}revoked/);

  writeFileSync(join(cwd, "key.pem"), "a key");
  const enrolled = await run("runners", "enroll", "--public-key", "key.pem", "--name", "lab");
  expect(enrolled).toMatchObject({ code: 0, out: "enrolled r-0123456789abcdef\n" });
  expect(server.received.at(-1)).toMatchObject({
    path: "/runners",
    body: { name: "lab", publicKey: "a key" },
  });
  expect((await run("runners", "enroll")).code).toBe(2);

  expect((await run("runners", "revoke", "desk")).code).toBe(0);
  expect(server.received.at(-1)?.path).toBe("/runners/r-1/revoke");
  expect((await run("runners", "revoke", "nobody")).code).toBe(2);
});

test("help lists commands by what they are for, and a slip suggests the command that was meant", async () => {
  const { out, code } = await run("--help");
  expect(code).toBe(0);
  for (const group of ["Loops:", "Decisions:", "Record:", "Installation:"])
    expect(out).toContain(`\n${group}\n`);
  const slip = await run("docter");
  expect([slip.code, slip.err]).toEqual([2, expect.stringContaining("Did you mean doctor?")]);
  expect((await run("tape", "rercord")).err).toContain("Did you mean record?");
});
