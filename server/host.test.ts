import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findWorkerds, isAlive } from "./orphans.ts";

/** A Worker with the real one's classes and bindings that counts requests in its three kinds of storage. */
const bundle = `
import { DurableObject, WorkerEntrypoint } from "cloudflare:workers";
export class IssueLoop extends DurableObject {
  count() {
    const n = (this.ctx.storage.kv.get("n") ?? 0) + 1;
    this.ctx.storage.kv.put("n", n);
    return n;
  }
}
export class RepoCoordinator extends DurableObject {}
export class AccountHub extends DurableObject {}
export class Orchestrator extends WorkerEntrypoint {
  who() { return this.env.TAMMA_USER; }
}
export default {
  async fetch(request, env) {
    const { pathname } = new URL(request.url);
    console.log(JSON.stringify({ path: pathname }));
    if (pathname.endsWith("/server/resume")) return Response.json({ repositories: 0, loops: 0, failed: 0 });
    if (pathname.endsWith("/server/drain")) return Response.json({ inFlight: 0 });
    await env.BLOBS.put("k", "v");
    const row = await env.DB.prepare("SELECT count(*) AS n FROM notes").first();
    return Response.json({
      count: await env.ISSUE_LOOP.getByName("one").count(),
      who: await env.ORCHESTRATOR.who(),
      notes: row.n, model: env.TAMMA_MODEL, origin: env.TAMMA_ORIGIN,
      listensAt: env.TAMMA_LISTENS_AT, provider: env.ANTHROPIC_BASE_URL,
    });
  },
};`;

/** Starting workerd twice on a busy machine of two cores takes seconds, not milliseconds. */
const patienceMs = 30_000;

let root: string;
let state: string;
const started: ChildProcess[] = [];

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "tamma-host-")));
  state = join(root, "state");
  mkdirSync(join(root, "migrations"));
  writeFileSync(join(root, "worker.js"), bundle);
  writeFileSync(
    join(root, "migrations/0001_notes.sql"),
    "CREATE TABLE notes (text TEXT);\n-- one;\nINSERT INTO notes VALUES ('a;b');\n",
  );
  // The host as a process of its own, so that it can be killed.
  writeFileSync(
    join(root, "serve.ts"),
    `import { startHost } from ${JSON.stringify(resolve(import.meta.dirname, "host.ts"))};
     import { ensureStateFolder } from ${JSON.stringify(resolve(import.meta.dirname, "state-folder.ts"))};
     const [port, providerUrl = null, origin = null] = process.argv.slice(2);
     const log = (level, text) => process.stderr.write(level + " " + text + "\\n");
     const host = await startHost({ root: ${JSON.stringify(root)},
       state: ensureStateFolder(${JSON.stringify(state)}),
       port: Number(port), origin, providerUrl, providerModel: null, logLevel: "info", env: {},
       log, runtimeLost: (why) => log("error", why),
       bundle: ${JSON.stringify(join(root, "worker.js"))} }).catch((error) => {
         process.stdout.write(JSON.stringify({ failed: error.message }) + "\\n");
         process.exit(1);
       });
     process.stdout.write(JSON.stringify({ url: host.url }) + "\\n");
     process.on("SIGTERM", async () => { await host.stop(); process.exit(0); });`,
  );
});

afterEach(async () => {
  for (const child of started.splice(0)) if (child.exitCode === null) child.kill("SIGKILL");
  for (const pid of findWorkerds(state)) process.kill(pid, "SIGKILL");
  rmSync(root, { recursive: true, force: true, maxRetries: 5 });
});

async function serve(
  port = 0,
  ...more: string[]
): Promise<{ child: ChildProcess; url: string; failed: string }> {
  const child = spawn(process.execPath, [join(root, "serve.ts"), String(port), ...more], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  started.push(child);
  for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream }))
    return { child, url: "", failed: "", ...JSON.parse(line) };
  throw new Error("the host ended without a line");
}

const ask = async (url: string) => (await (await fetch(url)).json()) as Record<string, unknown>;
const ended = (child: ChildProcess) =>
  child.exitCode !== null || child.signalCode !== null
    ? Promise.resolve()
    : new Promise((done) => child.once("exit", done));

test("the host serves the Worker with its bindings on migrated tables", { timeout: patienceMs }, async () => {
  const { url } = await serve(0, "http://127.0.0.1:9");
  const answer = await ask(url);
  expect(answer).toMatchObject({ count: 1, notes: 1, origin: url, listensAt: url });
  expect(answer.provider).toBe("http://127.0.0.1:9");
  expect(answer.who).not.toBe("");
  expect(statSync(join(state, "token")).mode & 0o777).toBe(0o600);
  expect(statSync(join(state, "master.key")).mode & 0o777).toBe(0o600);
  expect(statSync(state).mode & 0o777).toBe(0o700);
});

test("behind a proxy the Worker knows both addresses", { timeout: patienceMs }, async () => {
  const { url } = await serve(0, "http://127.0.0.1:9", "https://tamma.example.org");
  expect(await ask(url)).toMatchObject({ origin: "https://tamma.example.org", listensAt: url });
});

test("a stopped host leaves no process, and the next one goes on where it ended", {
  timeout: patienceMs,
}, async () => {
  const first = await serve();
  await ask(first.url);
  first.child.kill("SIGTERM");
  await ended(first.child);
  expect(first.child.exitCode).toBe(0);
  expect(existsSync(join(state, "server.json"))).toBe(false);
  expect(findWorkerds(state)).toEqual([]);
  const second = await serve();
  expect(await ask(second.url)).toMatchObject({ count: 2, notes: 1 });
});

test("a second host on the same state folder is refused", { timeout: patienceMs }, async () => {
  const first = await serve();
  const second = await serve();
  expect(second.failed).toContain("another Tamma server uses the state folder");
  expect(await ask(first.url)).toMatchObject({ count: 1 });
});

test("after kill -9 the next host ends the orphan and takes the same port", {
  timeout: patienceMs,
}, async () => {
  const first = await serve();
  await ask(first.url);
  const orphans = findWorkerds(state);
  expect(orphans).toHaveLength(1);
  first.child.kill("SIGKILL");
  await ended(first.child);
  expect(orphans.every(isAlive)).toBe(true);

  const second = await serve(Number(new URL(first.url).port));
  expect(second.url).toBe(first.url);
  expect(await ask(second.url)).toMatchObject({ count: 2, notes: 1 });
  expect(orphans.some(isAlive)).toBe(false);
});

test("a runtime that is killed again while it comes back is opened anew, and the host goes on", {
  timeout: patienceMs,
}, async () => {
  const { child, url } = await serve();
  await ask(url);
  // The second and the third never get to serve.
  let last = 0;
  for (let kills = 0; kills < 3; kills += 1) {
    await expect
      .poll(() => findWorkerds(state).filter((pid) => pid !== last).length, {
        timeout: patienceMs,
        interval: 2,
      })
      .toBe(1);
    last = findWorkerds(state)[0] ?? 0;
    process.kill(last, "SIGKILL");
  }
  await expect
    .poll(() => ask(url).catch(() => null), { timeout: patienceMs, interval: 50 })
    .toMatchObject({ count: 2, notes: 1 });
  expect(child.exitCode).toBeNull();
});

test("a port that another program holds is named with the way out", { timeout: patienceMs }, async () => {
  const other = createServer();
  await new Promise<void>((listening) => other.listen(0, "127.0.0.1", listening));
  const { port } = other.address() as { port: number };
  try {
    expect((await serve(port)).failed).toBe(`port ${port} is taken by another program; use --port`);
  } finally {
    other.close();
  }
});

test("a broken migration is undone as a whole and stops the start", { timeout: patienceMs }, async () => {
  const file = join(root, "migrations/0002_more.sql");
  writeFileSync(file, "CREATE TABLE more (x);\nINSERT INTO absent VALUES (1);\n");
  expect((await serve()).failed).toMatch(/migration 0002_more\.sql failed and was undone/);
  writeFileSync(file, "CREATE TABLE more (x);\n");
  const repaired = await serve();
  expect(await ask(repaired.url)).toMatchObject({ notes: 1 });
});

test("a state folder of a newer Tamma is refused", { timeout: patienceMs }, async () => {
  writeFileSync(join(root, "migrations/0009_later.sql"), "CREATE TABLE later (x);\n");
  const newer = await serve();
  newer.child.kill("SIGTERM");
  await ended(newer.child);
  rmSync(join(root, "migrations/0009_later.sql"));
  expect((await serve()).failed).toContain("newer Tamma (migration 0009_later.sql");
});
