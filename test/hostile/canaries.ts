import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LoopView } from "@tamma/core/domain/loop/view.ts";
import type { SandboxSetting } from "../../runner/sandbox/choose.ts";
import { calcRepository, calcScript, edits, git, title } from "../journey/calc.ts";
import { openStage, type Stage } from "../journey/stage.ts";
import { lootingBuild } from "./loot.ts";

const canary = (where: string) => `canary-${where}-${randomBytes(9).toString("hex")}`;

/** Where a secret lay, by a name for people, and the secret. */
export type Canaries = Record<string, string>;

export interface Looted {
  view: LoopView;
  /** Every text in which a canary may have turned up, by where it was read. */
  texts: Map<string, string>;
  /** Those that redaction can know. */
  known: Canaries;
  /** Those that only walls can hide: a file of the user, another process's command line. */
  unknown: Canaries;
}

/**
 * A whole loop on a project that loots the machine, with canaries in every place where secrets lie; then
 * everything that people, models and the repository got to see.
 */
export async function looted(setting: SandboxSetting, modest = false): Promise<Looted> {
  const home = mkdtempSync(join(tmpdir(), "tamma-home-"));
  const known: Canaries = {
    "runner's environment": canary("runner"),
    "server's environment (provider key)": canary("provider"),
    "target's .git/config (login of its address)": canary("address"),
  };
  const unknown: Canaries = { "file in the user's home": canary("file"), "process list": canary("process") };
  writeFileSync(join(home, ".netrc"), `${unknown["file in the user's home"]}\n`);
  const other = spawn("sleep", ["600"], { argv0: unknown["process list"] ?? "" });
  const recorder = await record();
  try {
    const script = calcScript({
      develop: {
        "1": { attempts: [{ red: [edits.red], green: [edits.greenWithVar] }, { fix: [edits.green] }] },
      },
    });
    await using stage = await openStage({
      script,
      repository: (folder) => {
        calcRepository(folder, { "build.mjs": lootingBuild(modest) });
        const login = known["target's .git/config (login of its address)"];
        git(folder, "remote", "add", "origin", `https://user:${login}@example.test/calc.git`);
      },
      env: { ANTHROPIC_API_KEY: known["server's environment (provider key)"] ?? "" },
      runnerEnv: {
        TAMMA_CANARY_TOKEN: known["runner's environment"] ?? "",
        HOME: home,
        TAMMA_SANDBOX: setting,
      },
      beforeEngineer: recorder.between,
    });
    plant(stage, home, unknown["file in the user's home"] ?? "");
    known["state folder (token)"] = stage.token;
    known["state folder (master key)"] = readFileSync(join(stage.state, "master.key"), "utf8").trim();
    const key = readFileSync(join(stage.folder, "runner.pem"), "utf8").split("\n");
    known["runner's key"] = key.find((line) => line.length > 30 && !line.startsWith("-")) ?? "";
    const loop = await stage.start(title);
    const view = await stage.approveAll(loop);
    const texts = await everything(stage, loop);
    for (const [at, prompt] of recorder.prompts.entries()) texts.set(`prompt ${at + 1}`, prompt);
    return { view, texts, known, unknown };
  } finally {
    await recorder.close();
    end(other);
    rmSync(home, { recursive: true, force: true });
  }
}

/** The user's file lies where a looter looks: beside the runner's folders. */
function plant(stage: Stage, home: string, secret: string): void {
  mkdirSync(join(stage.folder, "home"));
  writeFileSync(join(stage.folder, "home", ".netrc"), `${secret}\n`);
  appendFileSync(join(home, ".netrc"), "\n");
}

function end(child: ChildProcess): void {
  child.kill("SIGKILL");
}

/** A provider in front of the engineer that keeps every request. */
async function record() {
  const prompts: string[] = [];
  let engineer = "";
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", async () => {
      const body = Buffer.concat(chunks);
      prompts.push(body.toString("utf8"));
      const headers = Object.entries(request.headers).filter(
        ([name]) => !/^(host|content-length|connection)$/.test(name),
      );
      const answer = await fetch(`${engineer}${request.url}`, {
        method: request.method ?? "GET",
        headers: Object.fromEntries(headers.map(([name, value]) => [name, String(value)])),
        ...(body.length > 0 ? { body } : {}),
      });
      response.writeHead(answer.status, { "content-type": answer.headers.get("content-type") ?? "" });
      response.end(Buffer.from(await answer.arrayBuffer()));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    prompts,
    between: async (url: string) => {
      engineer = url;
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    },
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

/** REST answers, pages, logs, diff, commits and the words of both processes. */
async function everything(stage: Stage, loop: string): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  const id = encodeURIComponent(loop);
  const repository = await stage.repositoryId();
  const jobs = (await stage.events(loop)).flatMap(
    (event) => /"job":"([^"]+)"/.exec(JSON.stringify(event))?.[1] ?? [],
  );
  const paths = [
    ...["", "/events?after=0&limit=500", "/state", "/diff", "/log"].map(
      (path) => `/api/v1/loops/${id}${path}`,
    ),
    ...[...new Set(jobs)].map((job) => `/api/v1/loops/${id}/log?job=${encodeURIComponent(job)}`),
    ...[
      "/api/v1/loops",
      "/api/v1/inbox",
      `/api/v1/repositories/${repository}/issues/1`,
      "/api/v1/providers/check",
    ],
  ];
  for (const path of paths) texts.set(`REST ${path}`, await (await stage.raw("GET", path)).text());
  for (const [path, page] of await pages(stage)) texts.set(`page ${path}`, page);
  texts.set("commits", git(stage.repository, "log", "--all", "-p", "--format=fuller"));
  texts.set("server's output", stage.server.output());
  texts.set("runner's output", stage.runner.output());
  return texts;
}

/** Far more than the pages of one loop; a crawl that finds no end is a fault of its own. */
const pagesMax = 300;

/** Every page that a person can reach by links, as HTML. */
async function pages(stage: Stage): Promise<Map<string, string>> {
  const link = await stage.call<{ path: string }>("POST", "/api/v1/login-links", {});
  const key = new URL(link.path, stage.url).searchParams.get("key") ?? "";
  const signedIn = await fetch(`${stage.url}/app/login`, {
    method: "POST",
    redirect: "manual",
    headers: { origin: stage.url, "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({ key }),
  });
  const cookie = signedIn.headers.get("set-cookie")?.split(";")[0] ?? "";
  const seen = new Map<string, string>();
  const open = ["/app"];
  for (let path = open.pop(); path !== undefined && seen.size < pagesMax; path = open.pop()) {
    if (seen.has(path)) continue;
    const page = await (await fetch(`${stage.url}${path}`, { headers: { cookie } })).text();
    seen.set(path, page);
    for (const [, href = ""] of page.matchAll(/href="([^"#]+)/g)) {
      const next = href.replaceAll("&amp;", "&");
      if (next.startsWith("/app") && !seen.has(next)) open.push(next);
    }
  }
  return seen;
}

/** Where a canary stands in a text, in any spelling: "process list in page /app". */
export function sightings(canaries: Canaries, texts: Map<string, string>): string[] {
  return Object.entries(canaries).flatMap(([name, secret]) => {
    const spellings = spelled(secret);
    return [...texts]
      .filter(([, text]) => spellings.some((spelling) => text.includes(spelling)))
      .map(([where]) => `${name} in ${where}`);
  });
}

/**
 * As the looter writes them, by hand and not by the code that is tested: plain, percent-encoded, in JSON, in
 * hex, and in base64 at each of the three places in a group, without the letters that depend on neighbours.
 */
function spelled(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const base64 = ["", "x", "xx"].map((before) => {
    const text = Buffer.concat([Buffer.from(before), bytes]).toString("base64");
    return text.slice(4, -4);
  });
  const url = base64.map((text) => text.replaceAll("+", "-").replaceAll("/", "_"));
  const hex = bytes.toString("hex");
  return [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1), hex, ...base64, ...url];
}
