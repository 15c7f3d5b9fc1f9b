// node bench/engine-host.ts FOLDER: the bench Worker in a process of its own, as frugal as the real server.
import { beFrugal } from "../server/frugal.ts";

beFrugal();
const { serveBench } = await import("./worker-host.ts");
const { collectAfterStart } = await import("../server/own-memory.ts");
const { url } = await serveBench(process.argv[2] ?? "");
process.stdout.write(`${JSON.stringify({ url })}\n`);
collectAfterStart();
