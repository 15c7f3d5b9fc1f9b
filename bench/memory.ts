import { findWorkerds } from "../server/orphans.ts";
import { calcRepository, calcScript } from "../test/journey/calc.ts";
import { openStage, type Stage } from "../test/journey/stage.ts";
import { residentMb } from "../test/load/proc.ts";
import type { Benchmark, Figure } from "./benchmark.ts";

/** Whole loops, one after another, whose objects stay in memory for a while. */
const loops = 5;

export const memory: Benchmark = {
  name: "memory",
  says: `resident memory of the server and its workerd: idle, and after ${loops} loops`,
  async run() {
    if (process.platform !== "linux") throw new Error("memory is read from /proc, which only Linux has");
    const issues = manyIssues();
    await using stage = await openStage({ script: { issues }, repository: calcRepository });
    await stage.repositoryId();
    const idle = measure(stage);
    for (const { title } of issues) {
      const { word } = await stage.approveAll(await stage.start(title));
      if (word !== "merged") throw new Error(`the loop of "${title}" is ${word}, not merged`);
    }
    const full = measure(stage);
    return [
      figure("server process, idle", idle.server),
      figure("workerd, idle", idle.workerd),
      figure(`server process, after ${loops} loops`, full.server),
      figure(`workerd, after ${loops} loops`, full.workerd),
    ];
  },
};

/** Issues that each add a test and a function of their own. */
function manyIssues() {
  return Array.from({ length: loops }, (_, n) => {
    const [issue] = calcScript().issues;
    if (!issue) throw new Error("the script has no issue");
    const name = `times${n}`;
    const red = {
      path: `test/${name}.test.js`,
      content: `import assert from "node:assert/strict";
import { test } from "node:test";
import { ${name} } from "../src/${name}.js";

test("${name}", () => {
  assert.equal(${name}(3), ${3 * n});
});
`,
    };
    const green = {
      path: `src/${name}.js`,
      content: `export function ${name}(a) {\n  return a * ${n};\n}\n`,
    };
    const develop = { "1": { attempts: [{ red: [red], green: [green] }] } };
    return { ...issue, title: `Multiply by ${n}`, develop };
  });
}

function measure(stage: Stage): { server: number; workerd: number } {
  const [workerd] = findWorkerds(stage.state);
  if (workerd === undefined || stage.server.process.pid === undefined)
    throw new Error("the server's processes are not there");
  return { server: residentMb(stage.server.process.pid), workerd: residentMb(workerd) };
}

function figure(name: string, value: number): Figure {
  return { name, unit: "MB", values: [value], aim: null };
}
