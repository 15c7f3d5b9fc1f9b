import { existsSync } from "node:fs";
import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-pool-workers";
import { defineConfig, type TestProjectConfiguration } from "vitest/config";
import { LongFirst } from "./scripts/test/long-first.ts";

const collecting = process.env.TAMMA_COVERAGE === "collect";
/** `npm run test:all` sets it; otherwise what takes minutes, or downloads, waits for that. */
const withLong = process.env.TAMMA_TEST_ALL === "1";
const long = withLong ? [] : ["**/*.long.test.ts"];
const others = ["**/node_modules/**", "**/dist/**", "**/fixtures/**", "server/sample/repository/**"];
const never = [...others, ...long];

/**
 * Tests beside the code they test, in plain Node, which leave nothing behind in their process: one for each
 * core is enough. With the long ones, properties are tried twenty times as often.
 */
const unit: TestProjectConfiguration = {
  test: {
    name: "unit",
    isolate: false,
    testTimeout: withLong ? 120_000 : 20_000,
    maxWorkers: "100%",
    include: ["{core,workers,scripts,bench}/**/*.test.{ts,tsx}"],
    exclude: never,
  },
};

/**
 * The same for the programs on a machine, which start processes: from a small process, because the kernel
 * copies the tables of its memory each time. Many wait for git and commands: no core is left free.
 */
const hosts: TestProjectConfiguration = {
  test: {
    name: "hosts",
    testTimeout: withLong ? 120_000 : 20_000,
    maxWorkers: "100%",
    include: ["{runner,cli,server}/**/*.test.ts"],
    exclude: never,
  },
};

/** One suite per port, run by every adapter and every fake; and what logs on record must go on meaning. */
const contracts: TestProjectConfiguration = {
  test: {
    name: "contracts",
    maxWorkers: "100%",
    include: ["test/{contracts,forge,golden}/**/*.test.ts"],
    exclude: never,
    testTimeout: 20_000,
  },
};

/** Packages of hundreds of modules, each of which would travel into workerd on its own: one file each. */
const bundledForWorkerd = [
  ...["zod", "@anthropic-ai/sdk", "hono", "hono/cookie", "hono/html", "hono/jsx", "hono/jsx/jsx-runtime"],
  ...["drizzle-orm", "drizzle-orm/d1", "drizzle-orm/sqlite-core", "@octokit/core"],
  ...["@octokit/plugin-paginate-rest", "@octokit/plugin-rest-endpoint-methods"],
];

/** Inside workerd, with the real Worker. Each file costs about 1.5 s: few files, many tests. */
const workerd: TestProjectConfiguration = {
  // Without the Worker there is nothing to start, and the plugin would refuse the whole run.
  plugins: existsSync("workers/index.ts") ? [cloudflareTest(workerdOptions)] : [],
  test: {
    name: "workerd",
    maxWorkers: "100%",
    deps: { optimizer: { ssr: { enabled: true, include: bundledForWorkerd } } },
    include: ["test/workerd/**/*.test.ts"],
    exclude: never,
    testTimeout: 20_000,
  },
};

/** The whole control plane in one process, seeded: nothing waits, so no core is left free. */
const simulation: TestProjectConfiguration = {
  test: {
    name: "simulation",
    maxWorkers: "100%",
    include: ["test/{simulation,bugs}/**/*.test.ts"],
    exclude: never,
    testTimeout: 60_000,
  },
};

/**
 * Real git, real HTTP, a real runner process: long time-outs, and only two at once on few cores. Among the
 * long ones are some that wait for downloads.
 */
const journey: TestProjectConfiguration = {
  test: {
    name: "journey",
    include: ["test/{journey,hostile}/**/*.test.ts"],
    exclude: never,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    maxWorkers: withLong ? 3 : 2,
  },
};

/** The dashboard in Chromium; `TAMMA_CHROMIUM` names the binary. */
const browser: TestProjectConfiguration = {
  test: {
    name: "browser",
    include: ["test/browser/**/*.test.ts"],
    exclude: never,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 1,
  },
};

/** Rules about the tree itself, and about what its documentation must name. */
const tidy: TestProjectConfiguration = {
  test: { name: "tidy", include: ["test/{tidy,docs}/**/*.test.ts"], exclude: never, testTimeout: 60_000 },
};

/** What a host gives as text. The key and the tokens open nothing but the tests' own storage. */
const workerdTexts = {
  TAMMA_MASTER_KEY: Buffer.alloc(32, "test").toString("base64"),
  TAMMA_TOKEN: "test-token-0123456789",
  TAMMA_USER: "ann",
  TAMMA_ORIGIN: "http://tamma.test",
  TAMMA_MODEL: "scripted",
  TAMMA_ONE_PROCESS: "1",
  ANTHROPIC_API_KEY: "sk-test-canary-0123456789",
  ANTHROPIC_BASE_URL: "http://provider.test",
};

async function workerdOptions() {
  const migrations = existsSync("migrations") ? await readD1Migrations("migrations") : [];
  return {
    wrangler: { configPath: "./wrangler.toml" },
    miniflare: { bindings: { TEST_MIGRATIONS: migrations, ...workerdTexts } },
  };
}

export default defineConfig({
  test: {
    sequence: { sequencer: LongFirst },
    projects: [unit, hosts, contracts, workerd, simulation, journey, browser, tidy],
    coverage: {
      // v8's coverage is unsupported inside workerd.
      provider: "istanbul",
      reporter: ["text-summary", "json"],
      reportsDirectory: "coverage",
      include: ["{core,runner,cli,server,workers}/**/*.{ts,tsx}"],
      exclude: [
        ...never,
        "**/*.test.{ts,tsx}",
        "**/testing/**",
        "**/*.d.ts",
        "server/sample/**",
        "workers/site/**",
      ],
      reportOnFailure: true,
      // `npm test` collects part by part and holds the sum against them.
      thresholds: collecting ? undefined : { lines: 80, "core/domain/**": { branches: 95 } },
    },
  },
});
