import { spawn, spawnSync } from "node:child_process";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { checkpoint, loopAt, loopName, mergedLoop } from "./testing/loop-view.ts";
import { issueOf, type SmallServer, startSmallServer, token } from "./testing/small-server.ts";

const main = join(import.meta.dirname, "main.ts");
/** util-linux's script(1) gives a program a real terminal; the BSD one takes other options. */
const pty = "script";
const hasPty = process.platform === "linux" && spawnSync(pty, ["--version"]).status === 0;

let server: SmallServer;
beforeEach(async () => {
  server = await startSmallServer();
  server.issues = [issueOf(7, "Round amounts")];
  server.on = ({ path }) => {
    if (path !== "/loops") server.view = mergedLoop();
  };
  server.view = loopAt("design", "needs you", { word: "needs you", ask: checkpoint("design") });
});
afterEach(() => server.close());

function environment(): NodeJS.ProcessEnv {
  const { NO_COLOR, FORCE_COLOR, CI, ...env } = process.env;
  return { ...env, TAMMA_SERVER: server.url, TAMMA_TOKEN: token, LC_ALL: "C.UTF-8", TERM: "xterm" };
}

interface Ran {
  code: number | null;
  out: string;
  err: string;
}

function run(
  command: string,
  args: string[],
  hear: (out: string, type: (text: string) => void) => void,
): Promise<Ran> {
  return new Promise((done) => {
    const child = spawn(command, args, { env: environment() });
    const ran: Ran = { code: null, out: "", err: "" };
    child.stdout.on("data", (chunk: Buffer) => {
      ran.out += chunk.toString("utf8");
      hear(ran.out, (text) => child.stdin.write(text));
    });
    child.stderr.on("data", (chunk: Buffer) => {
      ran.err += chunk.toString("utf8");
    });
    child.on("close", (code) => done({ ...ran, code }));
  });
}

test("as a process, data goes to standard output and the exit code to the shell", {
  timeout: 20_000,
}, async () => {
  const ran = await run(process.execPath, [main, "status", loopName, "--json"], () => {});
  expect(ran.code).toBe(0);
  expect(JSON.parse(ran.out)).toMatchObject({ id: loopName, word: "needs you" });
  const waiting = await run(process.execPath, [main, "run", "7"], () => {});
  expect(waiting.code).toBe(3);
  expect(waiting.out).toContain("needs you; record verified");
  expect(waiting.err).toContain(`tamma approve '${loopName}'`);
});

test.skipIf(!hasPty)(
  "on a real terminal it paints the steps and takes an answer",
  { timeout: 20_000 },
  async () => {
    let typed = 0;
    const ran = await run(
      "script",
      ["-qec", `"${process.execPath}" "${main}" run 7`, "/dev/null"],
      (out, type) => {
        if (typed === 0 && out.includes("? details")) {
          typed = 1;
          type("1\r");
        }
        if (typed === 1 && out.includes("option number [2]")) {
          typed = 2;
          type("\r");
        }
      },
    );
    expect(ran.code).toBe(0);
    expect(ran.out).toContain("● needs you");
    expect(ran.out).toContain("merged: sample#7 Round amounts");
    expect(server.received.at(-1)?.body).toMatchObject({ decision: "approve", option: "2", via: "cli" });
  },
);

test.skipIf(!hasPty)(
  "Ctrl-C at a prompt leaves with 130 and the loop alone",
  { timeout: 20_000 },
  async () => {
    let typed = false;
    const ran = await run(
      "script",
      ["-qec", `"${process.execPath}" "${main}" run 7`, "/dev/null"],
      (out, type) => {
        if (typed || !out.includes("? details")) return;
        typed = true;
        type("\u0003");
      },
    );
    expect(ran.code).toBe(130);
    expect(ran.out).toContain("left; the loop waits");
    expect(server.received.map((one) => one.path)).toEqual(["/loops"]);
  },
);
