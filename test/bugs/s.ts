import { runSeed } from "../simulation/run-seed.ts";
const o = await runSeed(Number(process.argv[2]), {}, true);
console.log(o.broken, o.story().slice(-Number(process.argv[3] ?? 40)).map((l) => l.slice(0, 190)).join("\n"));
