import { runCases } from "./run-cases.ts";

await runCases("bubblewrap");
await runCases("unshare");
await runCases("limits");
