import { execFile } from "node:child_process";
import { mkdirSync, readdirSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import type { JobContext } from "../job-context.ts";
import { runLine, runSuite, runTestFiles, withFiles } from "../project/suite.ts";
import { detectProject } from "./checked-out.ts";
import { jobContext } from "./context.ts";
import { type Recorded, record } from "./record.ts";
import { refOf, write } from "./repository.ts";

/** npm gets this long for a test runner with all that it needs, on a busy machine. */
const installTimeoutMs = 400_000;

/** A folder with packages from the registry, in which one small project after another is tested. */
export class Kit {
  readonly context: JobContext;
  readonly root: string;
  private readonly packages: Record<string, string>;

  constructor(folder: string, packages: Record<string, string>) {
    this.context = jobContext(folder, refOf("file:///none"));
    const root = join(this.context.folder, "workspace");
    mkdirSync(root);
    this.root = realpathSync(root);
    this.packages = packages;
  }

  /** Installs the packages by npm itself. */
  async install(): Promise<this> {
    write(this.root, { "package.json": JSON.stringify({ private: true, dependencies: this.packages }) });
    const args = ["install", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error"];
    await promisify(execFile)("npm", args, { cwd: this.root, timeout: installTimeoutMs });
    return this;
  }

  /** Takes the last project away and writes another one; `manifest` goes into its package.json. */
  use(files: Record<string, string>, manifest: object = {}): void {
    for (const name of readdirSync(this.root))
      if (name !== "node_modules") rmSync(join(this.root, name), { recursive: true, force: true });
    const own = { private: true, name: "kit", version: "1.0.0", devDependencies: this.packages };
    write(this.root, { "package.json": JSON.stringify({ ...own, ...manifest }), ...files });
  }

  /** Runs the suite as a job does; `files`: only these, each test with its file. */
  async run(options: { files?: string[]; timeoutMs?: number; leftOpenMs?: number } = {}) {
    const { files, ...limits } = options;
    const project = await detectProject(this.root, {});
    const where = { context: this.context, root: this.root, project, ...limits };
    return await (files ? runTestFiles({ ...where, files }) : runSuite(where));
  }

  /** Runs the suite, or one test file, and keeps what it leaves. */
  async record(files: readonly string[] = []): Promise<Recorded> {
    const project = await detectProject(this.root, {});
    const line = files.length > 0 ? withFiles(project.testOne ?? "", files) : (project.test ?? "");
    const where = { context: this.context, root: this.root, project };
    return await record(this.root, (nodeOptions) =>
      runLine(where, line, { env: { NODE_OPTIONS: nodeOptions } }),
    );
  }
}

/**
 * Puts a Node first on the path that the project's commands see. It is linked into `folder`: the runner
 * leaves out what lies in a node_modules, as its own tools do. Returns what takes it back.
 */
export function nodeFirst(folder: string, node: string): () => void {
  const bin = join(folder, "bin of node");
  mkdirSync(bin, { recursive: true });
  rmSync(join(bin, "node"), { force: true });
  symlinkSync(node, join(bin, "node"));
  const before = process.env.PATH;
  process.env.PATH = [bin, before].join(delimiter);
  return () => {
    process.env.PATH = before;
  };
}
