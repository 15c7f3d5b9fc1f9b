import { runCases } from "./run-cases.ts";

// What a runner takes here by itself; every protection in turn is for `npm run test:all`.
await runCases("auto");
