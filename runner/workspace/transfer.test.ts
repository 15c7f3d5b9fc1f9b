import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { gitHttp } from "../testing/git-http.ts";
import { makeRepository, remove, temporaryFolder } from "../testing/repository.ts";
import { cloneAt } from "./clone.ts";

let folder: string;
let base: string;
beforeEach(() => {
  folder = temporaryFolder();
  ({ base } = makeRepository(folder, "bare"));
});
afterEach(() => remove(folder));

const into = (name: string) => join(folder, name);

/** A port where nobody listens now. */
async function closedPort(): Promise<number> {
  const server = await gitHttp(folder);
  await server.close();
  return Number(new URL(server.url).port);
}

test("a server that is away is asked again until it is back, and people are told", async () => {
  const port = await closedPort();
  const said: string[] = [];
  let server: Awaited<ReturnType<typeof gitHttp>> | null = null;
  const log = async (text: string) => {
    said.push(text);
    server ??= await gitHttp(folder, port);
  };
  const workspace = await cloneAt(`http://127.0.0.1:${port}/bare.git`, { sha: base }, into("a"), { log });
  expect((await workspace.git(["rev-parse", "HEAD"])).trim()).toBe(base);
  expect(said).toHaveLength(1);
  expect(said[0]).toMatch(/Failed to connect(.|\n)*I ask again in 1 s/);
  await (server as unknown as Awaited<ReturnType<typeof gitHttp>>).close();
});

test("one that stays away fails the job with what to look at", async () => {
  const address = `http://127.0.0.1:${await closedPort()}/bare.git`;
  await expect(cloneAt(address, { sha: base }, into("b"), { unreachableMs: 500 })).rejects.toThrow(
    /cannot be reached; it is tried again/,
  );
});

test("a job that is stopped does not wait on", async () => {
  const stop = new AbortController();
  const address = `http://127.0.0.1:${await closedPort()}/bare.git`;
  const cloning = cloneAt(address, { sha: base }, into("c"), {
    signal: stop.signal,
    log: () => stop.abort(),
  });
  await expect(cloning).rejects.toThrow(/stopped/);
});

test.each([
  [502, 2],
  [403, 1],
  [404, 1],
])("an answer of %d is asked for %d times", async (status, times) => {
  let asked = 0;
  const server = createServer((_, response) => {
    asked += 1;
    response.writeHead(status).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/bare.git`;
  const cloning = cloneAt(address, { sha: base }, into("d"), { unreachableMs: 1_500 });
  await expect(cloning).rejects.toThrow(String(status === 404 ? "not found" : status));
  expect(asked).toBe(times);
  await new Promise((resolve) => server.close(resolve));
});
