import { createRequire } from "node:module";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { layers } from "../../scripts/check/layers.ts";
import { configuration, plantTree } from "./planted-tree.ts";
import { repository } from "./tree.ts";

/** rule -> the importing file, what it imports, and optionally the form of the import. */
const planted: [string, string, string, string?][] = [
  ["no-cycles", "core/domain/round.ts", "./trip.ts", "import type { A } from"],
  ["domain-is-pure", "core/domain/impure.ts", "../ports/clock.ts"],
  ["domain-is-pure", "core/domain/vendor.ts", "yaml"],
  ["domain-is-pure", "core/domain/hash.ts", "node:crypto"],
  ["protocol-sees-domain", "core/protocol/wire.ts", "../ports/clock.ts"],
  ["ports-see-domain", "core/ports/store.ts", "../engine/handle.ts"],
  ["engine-sees-ports", "core/engine/perform.ts", "../platforms/github/index.ts"],
  ["adapters-see-ports", "core/platforms/github/index.ts", "../../engine/handle.ts"],
  ["adapters-see-ports", "core/platforms/gitlab/mixed.ts", "../../providers/_shared/retry.ts"],
  ["adapters-are-strangers", "core/platforms/gitlab/copy.ts", "../github/index.ts"],
  ["adapters-are-strangers", "core/platforms/gitlab/copy.test.ts", "../github/index.ts"],
  ["adapters-enter-by-compose", "workers/orchestrator/alarm.ts", "../../core/platforms/github/index.ts"],
  ["core-runs-everywhere", "core/engine/disk.ts", "node:fs"],
  ["core-runs-everywhere", "core/engine/edge.ts", "cloudflare:workers"],
  ["core-knows-no-host", "core/engine/upward.ts", "../../runner/main.ts"],
  ["hosts-are-strangers", "server/main.ts", "../runner/main.ts"],
  ["cli-speaks-http", "cli/shortcut.ts", "../core/engine/handle.ts"],
  ["api-calls-over-binding", "workers/api/direct.ts", "../orchestrator/alarm.ts"],
  ["orchestrator-knows-no-api", "workers/orchestrator/page.ts", "../api/direct.ts", "import type { A } from"],
  ["processes-start-by-command-line", "scripts/start.mjs", "../runner/main.ts"],
  ["nobody-ships-tests", "runner/lazy.ts", "./lazy.test.ts"],
  [
    "simulators-know-no-schema",
    "test/contracts/github-simulator.ts",
    "../../core/platforms/github/schema.ts",
  ],
  ["everything-resolves", "cli/lost.ts", "./nowhere.ts"],
];

/** What the rules allow, so that a rule that forbids everything is found out. */
const innocent: [string, string, string?][] = [
  ["core/domain/pure.ts", "zod"],
  ["core/domain/pure.test.ts", "vitest"],
  ["core/ports/clock.ts", "../domain/pure.ts"],
  ["core/engine/handle.ts", "../ports/clock.ts"],
  ["core/platforms/_shared/retry.ts", "../../domain/pure.ts"],
  ["core/platforms/gitlab/index.ts", "../_shared/retry.ts"],
  ["workers/orchestrator/compose.ts", "../../core/platforms/gitlab/index.ts"],
  ["workers/api/typed.ts", "../orchestrator/alarm.ts", "import type { A } from"],
  ["runner/main.ts", "../core/platforms/gitlab/index.ts"],
  ["cli/main.ts", "../core/protocol/rest.ts"],
];

const files: Record<string, string> = {
  "core/domain/trip.ts": 'import type { A } from "./round.ts";\nexport const b: A = 1;\n',
  "core/platforms/github/schema.ts": "export const a = 1;\n",
  "core/protocol/rest.ts": "export const a = 1;\n",
  "core/providers/_shared/retry.ts": "export const a = 1;\n",
  "runner/lazy.test.ts": "export const a = 1;\n",
  "vitest.config.ts": "export const a = 1;\n",
};
for (const [from, to, form = "import { a } from"] of [...planted.map((one) => one.slice(1)), ...innocent]) {
  files[from as string] = `${form} "${to}";\nexport type A = number;\nexport const b = typeof a;\n`;
}
const tree = plantTree(files);
afterAll(() => tree[Symbol.dispose]());
const found = layers(tree.root);

test.each(planted)("%s finds %s -> %s", (rule, from) => {
  expect(found.output).toMatch(new RegExp(`^${rule}: ${from.replaceAll(".", "\\.")} ->`, "m"));
});

test("what the rules allow is not reported", () => {
  const accused = innocent.map(([from]) => from).filter((from) => found.output.includes(`: ${from} ->`));
  expect(accused).toEqual([]);
});

test("every rule has a planted violation", () => {
  const load = createRequire(import.meta.url);
  const { forbidden } = load(join(repository, ".dependency-cruiser.cjs")) as {
    forbidden: { name: string }[];
  };
  expect(forbidden.map((rule) => rule.name)).toEqual([...new Set(planted.map(([rule]) => rule))]);
});

test("a folder that the configuration hides is noticed", () => {
  const blind = configuration(".dependency-cruiser.cjs").replace(
    'exclude: { path: "',
    'exclude: { path: "^core/ports/|',
  );
  using hidden = plantTree({
    "core/ports/clock.ts": "",
    "core/domain/a.ts": "",
    ".dependency-cruiser.cjs": blind,
  });
  expect(layers(hidden.root)).toMatchObject({ ok: false, unseen: ["core/ports/clock.ts"] });
});

test("an empty tree is no success", () => {
  using empty = plantTree({ "core/readme.md": "" });
  expect(layers(empty.root).ok).toBe(false);
});
