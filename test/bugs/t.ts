import { runSeed } from "../simulation/run-seed.ts";

const t = process.cpuUsage();
const [from, n] = process.argv.slice(2).map(Number) as [number, number];
let bad = 0;
for (let s = from; s < from + n; s++) { const o = await runSeed(s); if (o.broken) { bad++; if (bad < 9) console.log(s, o.broken.slice(0, 250)); } }
console.log(n, bad, process.cpuUsage(t).user / 1000 / n, "ms per seed");
