import { files, type RunnerProject } from "./project.ts";

const source = {
  "src/money.ts": `export interface Money {
  readonly cents: number;
  readonly currency: string;
}

export function money(cents: number, currency = "EUR"): Money {
  if (!Number.isInteger(cents)) throw new TypeError("cents must be whole");
  return { cents, currency };
}

export function plus(a: Money, b: Money): Money {
  if (a.currency !== b.currency) throw new RangeError(\`\${a.currency} is not \${b.currency}\`);
  return money(a.cents + b.cents, a.currency);
}
`,
  "src/cart.ts": `import { type Money, money, plus } from "./money.ts";

export interface Line {
  readonly name: string;
  readonly price: Money;
}

export function total(lines: readonly Line[]): Money {
  return lines.reduce((sum, line) => plus(sum, line.price), money(0));
}
`,
  ".gitignore": "node_modules/\ncoverage/\n",
};
const compiler = {
  compilerOptions: {
    ...{ strict: true, noEmit: true, module: "nodenext", target: "es2022", skipLibCheck: true },
    ...{ allowImportingTsExtensions: true, types: ["node"] },
  },
  include: ["src"],
};
const green = [
  {
    path: "src/cart.ts",
    content: `${source["src/cart.ts"]}
/** The lines that cost most, dearest first; \`count\` of them at most. */
export function dearest(lines: readonly Line[], count = 1): Line[] {
  return [...lines].sort((a, b) => b.price.cents - a.price.cents).slice(0, count);
}
`,
  },
];
const issue = "Show the dearest lines of a cart";
const merged: RunnerProject["merged"] = ["src/cart.ts", "export function dearest"];
const typescript = { typescript: "5.9.3", "@types/node": "24" };

/**
 * Two tests of the cart as describe, it and expect write them; \`head\`: imports; \`from\`: the test's
 * folder.
 */
const expecting = (head: string, from: string) => `${head}import { total } from "${from}/cart.ts";
import { money, plus } from "${from}/money.ts";

describe("total", () => {
  it("is nothing for an empty cart", () => {
    expect(total([])).toEqual(money(0));
  });
  it("refuses other money", () => {
    expect(() => plus(money(1), money(1, "USD"))).toThrow(/EUR is not USD/);
  });
  it("refuses parts of a cent", () => {
    expect(() => money(0.5)).toThrow("whole");
  });
});
`;
const newExpecting = (head: string, from: string) => `${head}import { dearest } from "${from}/cart.ts";
import { money } from "${from}/money.ts";

const lines = [3, 9, 5].map((cents) => ({ name: \`for \${cents}\`, price: money(cents) }));

describe("dearest", () => {
  it("is the one line that costs most", () => {
    expect(dearest(lines).map((line) => line.name)).toEqual(["for 9"]);
  });
  it("is as many as asked for", () => {
    expect(dearest(lines, 2).map((line) => line.name)).toEqual(["for 9", "for 5"]);
  });
});
`;

const vitest: RunnerProject = {
  name: "vitest in its watch mode, TypeScript, with an own reporter",
  write: (folder) =>
    files(folder, {
      ...source,
      "tsconfig.json": compiler,
      "vitest.config.ts": `import { defineConfig } from "vitest/config";
export default defineConfig({ test: { reporters: ["dot"] } });
`,
      "package.json": {
        ...{ name: "cart", private: true, type: "module" },
        scripts: { build: "tsc", test: "vitest" },
        devDependencies: { ...typescript, vitest: "5.1.2" },
      },
      "src/cart.test.ts": expecting('import { describe, expect, it } from "vitest";\n', "."),
    }),
  ...{ issue, green, merged, counts: { red: 2, suite: 5 } },
  red: [
    {
      path: "src/dearest.test.ts",
      content: newExpecting('import { describe, expect, it } from "vitest";\n', "."),
    },
  ],
};

/** As it is written for compilers that resolve names without an ending. */
const bare = (text: string) => text.replaceAll(/(from "\.[^"]*)\.ts"/g, '$1"');
const bareFiles = Object.fromEntries(Object.entries(source).map(([path, text]) => [path, bare(text)]));

const jest: RunnerProject = {
  name: "jest with ts-jest and a coverage threshold",
  write: (folder) =>
    files(folder, {
      ...bareFiles,
      "tsconfig.json": {
        compilerOptions: { strict: true, module: "commonjs", target: "es2022", types: ["node", "jest"] },
      },
      "jest.config.cjs": `module.exports = {
  transform: { "\\.ts$": "ts-jest" },
  collectCoverage: true,
  coverageThreshold: { global: { lines: 90 } },
};
`,
      "package.json": {
        ...{ name: "cart", private: true },
        scripts: { test: "jest" },
        devDependencies: { ...typescript, jest: "30.5.2", "ts-jest": "29.4.15", "@types/jest": "30" },
      },
      "test/cart.test.ts": bare(expecting("", "../src")),
    }),
  ...{ issue, merged, counts: { red: 1, suite: 5 } },
  green: green.map(({ path, content }) => ({ path, content: bare(content) })),
  red: [{ path: "test/dearest.test.ts", content: bare(newExpecting("", "../src")) }],
};

const mocha: RunnerProject = {
  name: "mocha by .mocharc with tsx, behind cross-env, c8 and a pretest",
  write: (folder) =>
    files(folder, {
      ...source,
      "tsconfig.json": compiler,
      ".mocharc.json": { import: "tsx", spec: "test/**/*.spec.ts", reporter: "dot" },
      "package.json": {
        ...{ name: "cart", private: true, type: "module" },
        scripts: {
          ...{ pretest: "tsc", unit: "c8 --check-coverage --lines 90 mocha" },
          test: "cross-env NODE_ENV=test npm run unit && echo all is well",
        },
        devDependencies: { ...typescript, mocha: "12.0.3", chai: "6", c8: "12", "cross-env": "10", tsx: "4" },
      },
      "test/cart.spec.ts": expecting('import { expect } from "chai";\n', "../src")
        .replaceAll(".toEqual(", ".to.deep.equal(")
        .replaceAll(".toThrow(", ".to.throw("),
    }),
  ...{ issue, green, merged, counts: { red: 2, suite: 5 } },
  red: [
    {
      path: "test/dearest.spec.ts",
      content: newExpecting('import { expect } from "chai";\n', "../src").replaceAll(
        ".toEqual(",
        ".to.deep.equal(",
      ),
    },
  ],
};

const ava: RunnerProject = {
  name: "ava with its settings in package.json, after a build",
  write: (folder) =>
    files(folder, {
      ...source,
      "tsconfig.json": compiler,
      "package.json": {
        ...{ name: "cart", private: true, type: "module" },
        scripts: { test: "tsc && ava" },
        ava: { files: ["test/**/*.ts"], extensions: { ts: "module" }, nodeArguments: ["--import=tsx"] },
        devDependencies: { ...typescript, ava: "7.0.0", tsx: "4" },
      },
      "test/cart.ts": `import test from "ava";
import { total } from "../src/cart.ts";
import { money, plus } from "../src/money.ts";

test("an empty cart costs nothing", (t) => t.deepEqual(total([]), money(0)));
test("other money is refused", (t) => {
  t.throws(() => plus(money(1), money(1, "USD")), { message: /EUR is not USD/ });
});
`,
    }),
  ...{ issue, green, merged, counts: { red: 2, suite: 4 } },
  red: [
    {
      path: "test/dearest.ts",
      content: `import test from "ava";
import * as cart from "../src/cart.ts";
import { money } from "../src/money.ts";

const lines = [3, 9, 5].map((cents) => ({ name: \`for \${cents}\`, price: money(cents) }));

test("the dearest is the one line that costs most", (t) => {
  t.deepEqual(cart.dearest(lines).map((line) => line.name), ["for 9"]);
});
test("there are as many as asked for", (t) => {
  t.deepEqual(cart.dearest(lines, 2).map((line) => line.name), ["for 9", "for 5"]);
});
`,
    },
  ],
};

export const typescriptProjects = [vitest, jest, mocha, ava];
