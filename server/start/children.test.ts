import { expect, test } from "vitest";
import { isAlive } from "../orphans.ts";
import { Child } from "./children.ts";

/** Node takes a moment to start on a busy machine. */
const patienceMs = 20_000;

function child(script: string): Child {
  return new Child({ name: "probe", args: ["-e", script], env: process.env, cwd: process.cwd() });
}
const pidLine = "console.log(JSON.stringify({ pid: process.pid }));";

test("a child tells that it is ready by its first line, and ends when it is asked", {
  timeout: patienceMs,
}, async () => {
  const probe = child(`${pidLine} setInterval(() => {}, 1000);`);
  const { pid } = (await probe.ready()) as { pid: number };
  expect(isAlive(pid)).toBe(true);
  await probe.stop();
  expect(isAlive(pid)).toBe(false);
  await probe.stop();
});

test("a child that writes much without being read does not stand still", {
  timeout: patienceMs,
}, async () => {
  const probe = child(`${pidLine} for (let i = 0; i < 20000; i++) console.log("x".repeat(80)); `);
  await probe.ready();
  expect(await probe.ended).toBe("ended with 0");
});

test("a child that ends before it is ready fails with its own words", { timeout: patienceMs }, async () => {
  const probe = child(
    `console.error('{"level":"info"}'); console.error("port 1 is taken"); process.exit(1);`,
  );
  await expect(probe.ready()).rejects.toThrow(/^port 1 is taken$/);
});

test("a child that should end by itself fails when it ends badly", { timeout: patienceMs }, async () => {
  await child("").finished();
  await expect(child("process.exit(3)").finished()).rejects.toThrow("the probe ended with 3");
});

test("a child that ignores the request is ended with its whole group", { timeout: patienceMs }, async () => {
  const probe = child(`
    process.on("SIGTERM", () => {});
    const forEver = "setInterval(() => {}, 1000)";
    const inner = require("node:child_process").spawn(process.execPath, ["-e", forEver]);
    console.log(JSON.stringify({ pid: process.pid, inner: inner.pid }));
    setInterval(() => {}, 1000);`);
  const { pid, inner } = (await probe.ready()) as { pid: number; inner: number };
  await probe.stop([200, 200]);
  expect(isAlive(pid)).toBe(false);
  await expect.poll(() => isAlive(inner)).toBe(false);
});
